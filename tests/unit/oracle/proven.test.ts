import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { otherMode } from '../../../oracle/source/voted.ts';
import { cases, fc } from '../../support/property.ts';
import {
  CHAIN,
  closing,
  goodWindow,
  members,
  POOL,
  records,
  signer,
  signers,
  standby,
  standbyClosing,
  WINDOW,
  type WordChange,
  word,
} from './support/events.ts';
import { TestPool } from './support/pool.ts';

/** The metrics of a window in standby mode with these events; `before` is what the log says ahead of it. */
function measured(events: PoolEvent[], before: PoolEvent[] = []) {
  const around = records(WINDOW, [...before, ...events, standbyClosing(WINDOW, 0)]);
  const evidence = { window: WINDOW, pool: POOL, chain: CHAIN, blocks: [], members, signers, eligiblePercent: 50 };
  return measure({ ...evidence, logs: [{ records: around.slice(before.length), around }] });
}

function stoodBy(metrics: ReturnType<typeof measured>, member: string): number {
  return metrics.members.find(({ name }) => name === member)?.standby ?? -1;
}

/** Bob's twelve slots of standing by, each with its word, which `change` may spoil. */
function bobs(change: (k: number) => WordChange = () => ({})): PoolEvent[] {
  return Array.from({ length: 12 }, (_, k) => [word(WINDOW, k, 'bob', change(k)), standby(WINDOW, k, 'bob')]).flat();
}

test('a follower whose agent spoke in each slot stood by in all of them', () => {
  const metrics = measured(bobs());
  assert.deepEqual([stoodBy(metrics, 'bob'), metrics.unproven], [12, 0]);
});

const twice = (k: number): WordChange => ({ saidAt: slotTime(firstSlot(WINDOW)) + (k % 2) * 500 });
const HOSTILE: [string, (k: number) => WordChange][] = [
  ['signed by another member', () => ({ by: 'eve' })],
  ['signed by a stranger', () => ({ by: 'zoe' })],
  ['signed for another chain', () => ({ chain: 'dd'.repeat(32) })],
  ['without a signature', () => ({ proof: null })],
  ['of nodes that make blocks', () => ({ node: 'producing' })],
  ['that say the node is gone', () => ({ up: false })],
  ['said more than 5 s before they came', (k) => ({ saidAt: slotTime(firstSlot(WINDOW) + k) - 5100 })],
  ['with a proof that is none', () => ({ proof: { at: '1', node: 'paused', headId: 7, signature: 'xx' } })],
  ['with a proof that lacks all', () => ({ proof: {} })],
];
for (const [name, change] of HOSTILE)
  test(`words ${name}: nobody stood by`, () => {
    const metrics = measured(bobs(change));
    assert.deepEqual([stoodBy(metrics, 'bob'), metrics.unproven], [0, 12]);
    assert.ok(metrics.members.every(({ eligible }) => !eligible));
  });

test('a word that is used twice counts once: two words are the slots up to the second, and no more', () => {
  const metrics = measured(bobs(twice));
  assert.deepEqual([stoodBy(metrics, 'bob'), metrics.unproven], [2, 10]);
});

test('words of 2 s given out as of 6 s are those of 3.5 s: no word comes 1.5 s later than the others', () => {
  const start = slotTime(firstSlot(WINDOW));
  const metrics = measured(bobs((k) => ({ saidAt: start + 100 + Math.floor((k * 2000) / 12) })));
  assert.ok(stoodBy(metrics, 'bob') <= 6, `${stoodBy(metrics, 'bob')}`);
});

test('records for slots that no words are near, of another window, or of no member count nothing', () => {
  const few = [0, 1, 2].flatMap((k) => [word(WINDOW, k, 'bob'), word(WINDOW, k, 'zoe')]);
  const made = Array.from({ length: 12 }, (_, k) => [standby(WINDOW, k, 'bob'), standby(WINDOW, k, 'zoe')]).flat();
  const metrics = measured([...few, ...made, standby(WINDOW + 1, 0, 'bob'), standby(WINDOW - 1, 11, 'bob')]);
  assert.equal(stoodBy(metrics, 'bob'), 3);
  assert.deepEqual(
    metrics.members.map(({ standby: slots }) => slots),
    [0, 3, 0],
  );
});

test('two words of a member up to 1.5 s apart bear out the slots between them, further apart none', () => {
  const all = Array.from({ length: 12 }, (_, k) => standby(WINDOW, k, 'bob'));
  const at = (...slots: number[]) => slots.map((k) => word(WINDOW, k, 'bob'));
  assert.equal(stoodBy(measured([...at(0, 3, 6, 9, 11), ...all]), 'bob'), 12);
  assert.equal(stoodBy(measured([...at(0, 4, 8, 11), ...all]), 'bob'), 4);
  // Between two that follow each other it said otherwise.
  const broken = [...at(0), word(WINDOW, 1, 'bob', { node: 'producing' }), ...at(2)];
  assert.equal(stoodBy(measured([...broken, ...all]), 'bob'), 0);
});

test('words before the window count for its first slots, and for 10 s when the emitter was started anew', () => {
  const all = Array.from({ length: 12 }, (_, k) => standby(WINDOW, k, 'bob'));
  const rest = Array.from({ length: 11 }, (_, k) => word(WINDOW, k + 1, 'bob'));
  assert.equal(stoodBy(measured([...rest, ...all]), 'bob'), 11);
  assert.equal(stoodBy(measured([...rest, ...all], [word(WINDOW, -2, 'bob')]), 'bob'), 12);
  const start = { type: 'start', at: slotTime(firstSlot(WINDOW)) } as PoolEvent;
  const late = [word(WINDOW, 8, 'bob'), ...[9, 10, 11].map((k) => word(WINDOW, k, 'bob')), ...all];
  assert.equal(stoodBy(measured([start, ...late], [word(WINDOW, -5, 'bob')]), 'bob'), 12);
  assert.equal(stoodBy(measured(late, [word(WINDOW, -5, 'bob')]), 'bob'), 4);
  assert.equal(stoodBy(measured([start, ...late], [word(WINDOW, -13, 'bob')]), 'bob'), 4);
});

test('who takes over stood by up to then', () => {
  const all = Array.from({ length: 12 }, (_, k) => standby(WINDOW, k, 'bob'));
  const words = [0, 1, 2, 3].map((k) => word(WINDOW, k, 'bob'));
  const at = slotTime(firstSlot(WINDOW) + 3) + 300;
  const lead: PoolEvent = { type: 'lead', at, window: WINDOW, signer: signer('bob'), member: 'bob', pause: [] };
  const metrics = measured([...words, lead, ...all]);
  // A block leaves up to 600 ms before its slot's time: the tip can be two slots on.
  assert.equal(stoodBy(metrics, 'bob'), 6);
});

test('whatever the words say, no more slots count than they bear out, and nothing is thrown', () => {
  const anything = fc.record(
    {
      after: fc.integer({ min: -9000, max: 9000 }),
      by: fc.constantFrom('bob', 'eve'),
      node: fc.constantFrom('paused' as const, 'producing' as const),
      up: fc.boolean(),
      proof: fc.oneof(fc.constant(null), fc.dictionary(fc.string(), fc.anything({ maxDepth: 1 }))),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(11), anything), { maxLength: 30 }), (words) => {
      const all = Array.from({ length: 12 }, (_, k) => standby(WINDOW, k, 'bob'));
      const said = words.map(([k, change]) => word(WINDOW, k, 'bob', change as WordChange));
      const spoiled = (event: PoolEvent) => event.type === 'input' && 'proof' in event.input;
      const metrics = measure({
        ...{ window: WINDOW, pool: POOL, chain: CHAIN, blocks: [], members, signers, eligiblePercent: 50 },
        logs: [
          {
            records: records(WINDOW, [...all, standbyClosing(WINDOW, 0)]),
            // As records they have no hash here: what is hashed is whole numbers and texts alone.
            around: said
              .filter(spoiled)
              .map((event, seq) => ({ v: 4, seq, window: WINDOW, event, prev: '', hash: '' })),
          },
        ],
      });
      assert.equal(stoodBy(metrics, 'bob') + metrics.unproven, 12);
    }),
    cases(200),
  );
});

test('a window from the last vote on is of its mode; of older ones the contract does not say enough', () => {
  const voted = { fromWindow: 100, mode: 'standby' };
  assert.equal(otherMode(99, 'propose', voted), null);
  assert.equal(otherMode(100, 'standby', voted), null);
  assert.equal(otherMode(99, 'standby', voted), null);
  assert.match(otherMode(100, 'propose', voted) ?? '', /in propose mode and the members voted for standby/);
});

for (const [voted, end, state] of [
  ['propose', closing(WINDOW), 'sent'],
  ['standby', standbyClosing(WINDOW), 'sent'],
  ['standby', closing(WINDOW), 'skipped'],
  ['propose', standbyClosing(WINDOW), 'skipped'],
] as const)
  test(`${voted} was voted, the log says ${'mode' in end ? 'standby' : 'propose'}: ${state}`, async () => {
    using pool = new TestPool();
    pool.chain.voted = { fromWindow: WINDOW, mode: voted };
    pool.append(WINDOW, [...goodWindow(WINDOW).slice(0, -1), end]);
    pool.chain.pass(7);
    await pool.oracle(2);
    const row = pool.row();
    assert.equal(row?.state === 'skipped' ? 'skipped' : 'sent', state, JSON.stringify(row));
    assert.equal(pool.chain.pushes, state === 'sent' ? 1 : 0);
    if (state === 'skipped') assert.match(row?.note ?? '', new RegExp(`the members voted for ${voted}`));
  });
