import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotTime } from '../../../common/slot.ts';
import { type BlockRef, SELECT_DEFAULTS, type SelectConfig } from '../../../emitter/select/types.ts';
import { cases, fc } from '../../support/property.ts';
import { branchOf, FIRST, pool } from '../../support/select-pool.ts';
import { block, signerOf } from '../../support/select-world.ts';

const [LEADER, FULL, GAP] = [0, 1, 2];

/** What a member has that was frozen after the leader's block of slot `from - 1`: it left `count` slots out, and went on to the window's end. */
function afterAGap(from: number, count: number): BlockRef[] {
  const made = branchOf(LEADER, from);
  for (let slot = from + count; slot < 12; slot++) made.push(block(made.at(-1) as BlockRef, FIRST + slot, `m${GAP}`));
  return made.slice(from);
}

/** All are there, and what the leader made until `slot` is out; the full member has as much, each 100 ms later. */
function until(slot: number, config: SelectConfig = SELECT_DEFAULTS) {
  const run = pool(config);
  for (const m of [LEADER, FULL, GAP])
    run.feed({ type: 'member', at: slotTime(FIRST) - 700, signer: signerOf(m), up: true });
  const leader = branchOf(LEADER, slot + 1);
  const full = branchOf(FULL, 12);
  for (const [k, made] of leader.entries()) {
    run.offer(LEADER, made, slotTime(made.slot) - 400);
    run.offer(FULL, full[k] as BlockRef, slotTime(made.slot) - 300);
  }
  run.emitted.length = 0;
  return { ...run, full };
}

type Pool = ReturnType<typeof until>;

function lose({ feed }: Pool, at: number): void {
  feed({ type: 'member', at, signer: signerOf(LEADER), up: false });
}

function catchUp({ offer }: Pool, blocks: BlockRef[], at: number): void {
  for (const made of blocks) offer(GAP, made, at, { late: slotTime(made.slot) < at });
}

/** The leader of 0 to 8 is lost, and the member that slept through 6 and 7 is back 20 ms later. */
function lostBehindAGap(config?: SelectConfig) {
  const run = until(8, config);
  const at = slotTime(FIRST + 8) - 250;
  lose(run, at);
  catchUp(run, afterAGap(6, 2), at + 20);
  return { run, at };
}

const signers = (emitted: string[]) => emitted.map((one) => one.split(' ')[1]);
const slots = (emitted: string[]) => emitted.map((one) => Number(one.split(' ')[0]));

test('a branch with a gap does not leave when another’s without one needs but its next block', () => {
  const { run, at } = lostBehindAGap();
  assert.deepEqual(run.emitted, []);
  run.offer(FULL, run.full[9] as BlockRef, at + 350);
  assert.deepEqual(slots(run.emitted), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual([...new Set(signers(run.emitted))], [signerOf(FULL)]);
});

test('it leaves when the leader’s next block would be overdue and the other’s did not come', () => {
  const { run } = lostBehindAGap();
  const due = slotTime(FIRST + 9);
  run.feed({ type: 'tick', at: due - 1 });
  assert.deepEqual(run.emitted, []);
  run.feed({ type: 'tick', at: due });
  assert.deepEqual(slots(run.emitted), [8, 9, 10, 11]);
});

test('it leaves at once when there is nobody to wait for, or no time', () => {
  const alone = until(8);
  const at = slotTime(FIRST + 8) - 250;
  alone.feed({ type: 'member', at, signer: signerOf(FULL), up: false });
  lose(alone, at);
  catchUp(alone, afterAGap(6, 2), at + 20);
  assert.deepEqual(slots(alone.emitted), [8, 9, 10, 11]);

  // With this margin it would be too late when slot 10's block is overdue.
  const last = until(9, { ...SELECT_DEFAULTS, deadlineMarginMs: 700 });
  const then = slotTime(FIRST + 9) - 250;
  lose(last, then);
  catchUp(last, afterAGap(7, 1), then + 20);
  assert.deepEqual(slots(last.emitted), [8, 9, 10, 11]);
});

test('a log of before schema 7 has the branch that replaces the fewest, at once', () => {
  const { rescueFills: _, ...old } = SELECT_DEFAULTS;
  const { run } = lostBehindAGap(old);
  assert.deepEqual(slots(run.emitted), [8, 9, 10, 11]);
});

test('the leader is lost when a member is back behind a gap: whatever comes first, no slot is lost that another covered', () => {
  const world = fc.record({
    slot: fc.integer({ min: 2, max: 9 }),
    lostMs: fc.integer({ min: -299, max: 50 }),
    backMs: fc.integer({ min: -299, max: 300 }),
    gap: fc.integer({ min: 1, max: 2 }),
    from: fc.integer({ min: 1, max: 7 }),
    nextMs: fc.integer({ min: -290, max: -60 }),
  });
  fc.assert(
    fc.property(world, ({ slot, lostMs, backMs, gap, from, nextMs }) => {
      const run = until(slot);
      const blocks = afterAGap(Math.min(from, slot), gap);
      const now = slotTime(FIRST + slot);
      const steps: [number, () => void][] = [
        [now + lostMs, () => lose(run, now + lostMs)],
        [now + backMs, () => catchUp(run, blocks, now + backMs)],
      ];
      for (const made of run.full.slice(slot + 1))
        steps.push([slotTime(made.slot) + nextMs, () => run.offer(FULL, made, slotTime(made.slot) + nextMs)]);
      for (let at = now - 300; at < now + 1500; at += 25) steps.push([at, () => run.feed({ type: 'tick', at })]);
      for (const [, step] of steps.sort(([a], [b]) => a - b)) step();
      const before = branchOf(LEADER, slot + 1).map((made) => made.slot - FIRST);
      assert.equal(new Set([...before, ...slots(run.emitted)]).size, 12);
      assert.deepEqual([...new Set(signers(run.emitted))], [signerOf(FULL)]);
    }),
    cases(500),
  );
});
