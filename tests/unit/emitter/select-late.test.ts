import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotTime } from '../../../common/slot.ts';
import { type BlockRef, SELECT_DEFAULTS, type SelectConfig } from '../../../emitter/select/types.ts';
import { branchOf, FIRST, LAST, pool } from '../../support/select-pool.ts';
import { block, signerOf } from '../../support/select-world.ts';

for (const [keeps, left] of [
  [true, 2],
  [undefined, 4],
] as const)
  test(`blocks that come late all at once leave as long as a rescue of them could (${keeps ?? 'before schema 5: to the last slot'})`, () => {
    const { feed, offer, emitted } = pool({
      ...SELECT_DEFAULTS,
      ...(keeps ? {} : { lateKeepsDeadline: undefined as never }),
    });
    feed({ type: 'member', at: slotTime(FIRST), signer: signerOf(0), up: true });
    const at = LAST - 600;
    // 100 ms of CPU each, so 250 ms until it is applied everywhere; the margin is 50 ms.
    for (const made of branchOf(0, 4)) offer(0, made, at, { late: true, cpuUs: 100_000 });
    assert.deepEqual(
      emitted,
      [0, 1, 2, 3].slice(0, left).map((k) => `${k} ${signerOf(0)}`),
    );
  });

test('one late block of now leaves though earlier ones took their time', () => {
  const { feed, offer, emitted } = pool();
  feed({ type: 'member', at: slotTime(FIRST), signer: signerOf(0), up: true });
  const made = branchOf(0, 10);
  for (const [k, each] of made.entries()) {
    const late = k === 9;
    offer(0, each, late ? LAST - 400 : slotTime(each.slot), { late, cpuUs: 100_000 });
  }
  assert.equal(emitted.length, 10);
});

/** A run that was killed after member 0's block of slot 4; this one is back at `at`, with that window's blocks from the relay node. */
function restarted(at: number, config: SelectConfig = SELECT_DEFAULTS) {
  const made = pool(config);
  const leader = branchOf(0, 12);
  for (const each of leader.slice(0, 5)) {
    const decided = { ...each, previous: '' };
    made.feed({ type: 'decided', at, block: decided, signer: signerOf(0), rescue: false });
  }
  for (const each of leader.slice(0, 5)) made.feed({ type: 'public', at, block: each, pool: true });
  return { ...made, leader };
}

/** Member 1 is there, with its whole branch up to slot 7. */
function other({ feed, offer }: ReturnType<typeof restarted>, at: number): void {
  feed({ type: 'member', at, signer: signerOf(1), up: true });
  for (const [k, made] of branchOf(1, 8).entries()) offer(1, made, at, { late: k < 6 });
}

test('after a restart another’s branch takes the leader’s place when its node had time to dial, and not before', () => {
  const at = slotTime(FIRST + 7) - 200;
  const run = restarted(at);
  other(run, at + 10);
  const { dialMs = 0 } = SELECT_DEFAULTS;
  run.feed({ type: 'tick', at: at + dialMs - 1 });
  assert.deepEqual(run.emitted, []);
  run.feed({ type: 'tick', at: at + dialMs });
  assert.deepEqual(run.causes, ['connection_lost']);
  assert.equal(run.emitted.length, 8);
});

test('a log of before schema 5 has no such time', () => {
  const at = slotTime(FIRST + 7) - 200;
  const { dialMs: _, ...old } = SELECT_DEFAULTS;
  const run = restarted(at, old);
  other(run, at + 10);
  assert.deepEqual(run.causes, ['connection_lost']);
  assert.equal(run.state.backAt, undefined);
});

test('a leader that is back in that time goes on, and is judged by its times after it', () => {
  const at = slotTime(FIRST + 7) - 200;
  const run = restarted(at);
  other(run, at + 10);
  run.feed({ type: 'tick', at: at + 20 });
  run.feed({ type: 'member', at: at + 400, signer: signerOf(0), up: true });
  run.feed({ type: 'tick', at: at + 401 });
  for (const made of run.leader.slice(5, 8)) run.offer(0, made, at + 400, { late: made.slot < FIRST + 7 });
  run.feed({ type: 'tick', at: at + 450 });
  assert.deepEqual(
    run.emitted,
    [5, 6, 7].map((k) => `${k} ${signerOf(0)}`),
  );
  // Slot 8's block never comes.
  run.offer(1, block(branchOf(1, 8)[7] as BlockRef, FIRST + 8, 'm1'), slotTime(FIRST + 8) - 20);
  run.feed({ type: 'tick', at: at + (SELECT_DEFAULTS.dialMs ?? 0) });
  assert.deepEqual(run.causes, ['overdue']);
});
