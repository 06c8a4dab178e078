import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../../common/canonical.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { quantiles } from '../../../oracle/metrics/quantiles.ts';
import type { BlockRef } from '../../../oracle/source/chain.ts';
import {
  blockId,
  CHAIN,
  candidate,
  closing,
  decision,
  emission,
  goodWindow,
  MEMBERS,
  members,
  POOL,
  records,
  signer,
  signers,
  standby,
  standbyClosing,
  WINDOW,
  word,
} from './support/events.ts';

/** Blocks of the final chain: who made slot k, or null for a missed one. */
function chainOf(makers: (string | null)[]): BlockRef[] {
  return makers.flatMap((maker, k) => {
    const slot = firstSlot(WINDOW) + k;
    if (maker === null) return [];
    return [{ num: k + 1, id: blockId(slot, maker), slot, producer: POOL, scheduleVersion: 7 }];
  });
}

function metricsOf(events: PoolEvent[], blocks: BlockRef[], eligiblePercent = 50) {
  const all = records(WINDOW, events);
  const evidence = {
    window: WINDOW,
    pool: POOL,
    chain: CHAIN,
    logs: [{ records: all, around: all }],
    blocks,
    members,
    signers,
  };
  return measure({ ...evidence, eligiblePercent });
}

const counts = (metrics: ReturnType<typeof metricsOf>, name: string) => {
  const found = metrics.members.find((member) => member.name === name);
  assert.ok(found);
  const { candidates, selected, standby, late, invalid, missing } = found;
  return { candidates, selected, standby, late, invalid, missing };
};
const NONE = { candidates: 0, selected: 0, standby: 0, late: 0, invalid: 0, missing: 0 };

test('a good window: all propose, one leads, all have a share', () => {
  const metrics = metricsOf(goodWindow(WINDOW), chainOf(Array(12).fill('ann')));
  const { emitted, missed, slots, rescues, replaced, orphaned, leaks } = metrics;
  assert.deepEqual([slots, emitted, missed, rescues, replaced, orphaned, leaks], [12, 12, 0, 0, 0, 0, []]);
  assert.deepEqual(counts(metrics, 'ann'), { ...NONE, candidates: 12, selected: 12 });
  assert.deepEqual(counts(metrics, 'eve'), { ...NONE, candidates: 12 });
  assert.ok(metrics.members.every((member) => member.eligible));
});

test('a rescue: the dead leader keeps its slots, what it lost is replaced and no orphan', () => {
  const lost = blockId(firstSlot(WINDOW) + 5, 'ann');
  const events: PoolEvent[] = [];
  for (let k = 0; k < 12; k++) {
    if (k <= 5) events.push(candidate(WINDOW, k, 'ann'));
    events.push(candidate(WINDOW, k, 'bob'), standby(WINDOW, k, 'eve'));
    if (k <= 5) events.push(decision(WINDOW, k, 'ann'), emission(WINDOW, k, 'ann'));
  }
  const rescue = { cause: 'connection', failed: signer('ann'), leader: signer('bob'), path: [], replaced: [lost] };
  events.push(decision(WINDOW, 5, 'bob', [lost]), emission(WINDOW, 5, 'bob'));
  events.push({ type: 'rescue', at: slotTime(firstSlot(WINDOW)), window: WINDOW, ...rescue });
  for (let k = 6; k < 12; k++) events.push(decision(WINDOW, k, 'bob'), emission(WINDOW, k, 'bob'));
  const makers = Array.from({ length: 12 }, (_, k) => (k < 5 ? 'ann' : 'bob'));
  const metrics = metricsOf([...events, closing(WINDOW)], chainOf(makers));
  assert.deepEqual([metrics.emitted, metrics.rescues, metrics.replaced, metrics.orphaned], [12, 1, 1, 0]);
  assert.deepEqual(counts(metrics, 'ann'), { ...NONE, candidates: 6, selected: 5, missing: 6 });
  assert.deepEqual(counts(metrics, 'bob'), { ...NONE, candidates: 12, selected: 7 });
  assert.deepEqual(counts(metrics, 'eve'), { ...NONE, standby: 12 });
  assert.deepEqual(
    metrics.members.map((member) => member.eligible),
    [true, true, false],
  );
});

test('standby mode: who led and who stood by have a share each, who was not ready has none', () => {
  const events: PoolEvent[] = [];
  for (let k = 0; k < 12; k++) {
    events.push(candidate(WINDOW, k, 'ann'), decision(WINDOW, k, 'ann'), emission(WINDOW, k, 'ann'));
    events.push(word(WINDOW, k, 'bob'), standby(WINDOW, k, 'bob'));
    if (k < 5) events.push(word(WINDOW, k, 'eve'), standby(WINDOW, k, 'eve'));
  }
  const metrics = metricsOf([...events, standbyClosing(WINDOW)], chainOf(Array(12).fill('ann')));
  assert.deepEqual(counts(metrics, 'bob'), { ...NONE, standby: 12 });
  assert.deepEqual(counts(metrics, 'eve'), { ...NONE, standby: 5, missing: 7 });
  const shares = ({ members: all }: typeof metrics) => all.map(({ eligible }) => eligible);
  assert.deepEqual([metrics.mode, shares(metrics)], ['standby', [true, true, false]]);
  const proposed = metricsOf([...events, closing(WINDOW)], chainOf(Array(12).fill('ann')));
  assert.deepEqual([proposed.mode, shares(proposed)], ['propose', [true, false, false]]);
});

test('standby mode: a leader that failed counts by its blocks, its successor by both', () => {
  const events: PoolEvent[] = [];
  for (let k = 0; k < 12; k++) {
    const leader = k < 3 ? 'ann' : 'bob';
    events.push(candidate(WINDOW, k, leader), decision(WINDOW, k, leader), emission(WINDOW, k, leader));
    if (k < 3) events.push(word(WINDOW, k, 'bob'), standby(WINDOW, k, 'bob'));
    events.push(word(WINDOW, k, 'eve'), standby(WINDOW, k, 'eve'));
  }
  const makers = Array.from({ length: 12 }, (_, k) => (k < 3 ? 'ann' : 'bob'));
  const metrics = metricsOf([...events, standbyClosing(WINDOW)], chainOf(makers));
  assert.deepEqual(counts(metrics, 'ann'), { ...NONE, candidates: 3, selected: 3, missing: 9 });
  assert.deepEqual(counts(metrics, 'bob'), { ...NONE, candidates: 9, selected: 9, standby: 3 });
  assert.deepEqual(
    metrics.members.map(({ eligible }) => eligible),
    [false, true, true],
  );
});

test('a slot counts once, by the best that came', () => {
  const events = [
    candidate(WINDOW, 0, 'ann', 'late'),
    candidate(WINDOW, 0, 'ann'),
    candidate(WINDOW, 0, 'ann', 'invalid'),
    candidate(WINDOW, 1, 'ann', 'invalid'),
    standby(WINDOW, 1, 'ann'),
    candidate(WINDOW, 2, 'ann', 'late'),
    standby(WINDOW, 2, 'ann'),
    standby(WINDOW, 3, 'ann'),
    candidate(WINDOW, 4, null, 'invalid'),
    closing(WINDOW),
  ];
  const metrics = metricsOf(events, []);
  assert.deepEqual(counts(metrics, 'ann'), { ...NONE, candidates: 1, late: 1, invalid: 1, standby: 1, missing: 8 });
  assert.deepEqual([metrics.emitted, metrics.missed, metrics.unattributed], [0, 12, 1]);
});

test('why a slot is invalid is one letter, of several reasons the first, and what is not known is other', () => {
  const refused = (k: number, reason: string) => ({ ...candidate(WINDOW, k, 'ann', 'invalid'), reason }) as PoolEvent;
  const told = [refused(0, 'unlinked'), refused(0, 'foreign_key'), refused(1, 'made up'), refused(2, 'unlinked')];
  for (const events of [told, told.toReversed()]) {
    const [ann] = metricsOf([...events, closing(WINDOW)], []).members;
    assert.equal(ann?.grid, 'HRN---------');
    assert.deepEqual(ann?.invalidBy, { foreign_key: 1, other: 1, unlinked: 1 });
  }
});

test('a candidate without evidence counts nothing and is told', () => {
  const bare = { ...candidate(WINDOW, 0, 'ann'), evidence: null } as PoolEvent;
  const metrics = metricsOf([bare, closing(WINDOW)], []);
  assert.deepEqual([metrics.unshown, counts(metrics, 'ann').missing], [1, 12]);
  assert.equal(metrics.members[0]?.arrival.p50, null);
});

test('a slot has one block: that on the final chain, else the earliest', () => {
  const came = (k: number, id: string, at: number, bytes: number) =>
    ({ ...candidate(WINDOW, k, 'ann'), id, at: slotTime(firstSlot(WINDOW) + k) + at, bytes }) as PoolEvent;
  const own = blockId(firstSlot(WINDOW), 'ann');
  const events = [
    came(0, 'ff'.repeat(32), -300, 1),
    came(0, own, -100, 20),
    came(1, '0b', -50, 300),
    came(1, '0a', -60, 4000),
  ];
  const [ann] = metricsOf([...events, emission(WINDOW, 0, 'ann'), closing(WINDOW)], chainOf(['ann'])).members;
  assert.deepEqual([ann?.grid, ann?.bytes, ann?.arrival.p50], ['sc----------', 4020, -100]);
});

test('quantiles are by nearest rank', () => {
  const of = (n: number) => Object.values(quantiles(Array.from({ length: n }, (_, i) => n - i)));
  assert.deepEqual(
    [of(0), of(1), of(10), of(12), of(200)],
    [
      [null, null, null],
      [1, 1, 1],
      [5, 9, 10],
      [6, 11, 12],
      [100, 180, 198],
    ],
  );
});

test('two members’ empty blocks with one id: the emission says whose it is', () => {
  const twin = { id: blockId(firstSlot(WINDOW), 'ann') };
  const events = [
    candidate(WINDOW, 0, 'ann'),
    { ...candidate(WINDOW, 0, 'bob'), ...twin },
    { ...decision(WINDOW, 0, 'bob'), ...twin },
    { ...emission(WINDOW, 0, 'bob'), ...twin },
    closing(WINDOW),
  ] as PoolEvent[];
  const metrics = metricsOf(events, chainOf(['ann']));
  assert.deepEqual([counts(metrics, 'ann').selected, counts(metrics, 'bob').selected], [0, 1]);
  assert.deepEqual(metrics.leaks, []);
});

const proof = { signer: null, member: null, held: false, header: '', signature: '' };

test('leaks are named, and what only touched the public is a stray', () => {
  const leak = (k: number, member: string): PoolEvent => {
    const slot = firstSlot(WINDOW) + k;
    return { type: 'leak', at: slotTime(slot), slot, id: blockId(slot, member), num: 1, ...proof };
  };
  const metrics = metricsOf([leak(0, 'eve'), leak(1, 'bob'), closing(WINDOW)], chainOf(['eve']));
  assert.deepEqual(metrics.leaks, [{ slot: firstSlot(WINDOW), id: blockId(firstSlot(WINDOW), 'eve') }]);
  assert.deepEqual([metrics.emitted, metrics.strays, metrics.outsiders], [1, 1, 0]);
  assert.equal(counts(metrics, 'eve').selected, 0, 'a leak is nobody’s merit');
});

test('decided and never sent, sent and orphaned, sent and not logged are told apart', () => {
  const events = [
    decision(WINDOW, 0, 'ann'),
    decision(WINDOW, 1, 'bob'),
    emission(WINDOW, 1, 'bob'),
    decision(WINDOW, 2, 'eve'),
    closing(WINDOW),
  ];
  const metrics = metricsOf(events, chainOf([null, null, 'eve']));
  assert.deepEqual([metrics.unsent, metrics.orphaned, metrics.replaced, metrics.unconfirmed], [1, 1, 1, 1]);
  assert.equal(counts(metrics, 'eve').selected, 1);
});

test('a key that is no member’s in this window is an outsider', () => {
  const events = [decision(WINDOW, 0, 'zoe'), emission(WINDOW, 0, 'zoe'), closing(WINDOW)];
  const metrics = metricsOf(events, chainOf(['zoe']));
  assert.deepEqual([metrics.outsiders, metrics.leaks.length], [1, 0]);
});

const slotEvent = fc
  .tuple(
    fc.nat({ max: 11 }),
    fc.constantFrom(...MEMBERS, 'zoe'),
    fc.constantFrom('valid', 'late', 'invalid', 'standby', 'decision', 'emission'),
  )
  .map(([k, member, what]): PoolEvent => {
    if (what === 'standby') return standby(WINDOW, k, member);
    if (what === 'decision') return decision(WINDOW, k, member);
    if (what === 'emission') return emission(WINDOW, k, member);
    return candidate(WINDOW, k, member, what as 'valid' | 'late' | 'invalid');
  });
const noise: PoolEvent[] = [
  { type: 'fault', at: 1, code: 'x', text: 'y' },
  { type: 'connection', at: 1, session: 1, signer: null, member: null, up: true, reason: 'r' },
];
const makers = fc.array(fc.constantFrom(...MEMBERS, 'zoe', null), { minLength: 12, maxLength: 12 });

test('sums always match, whatever the log says', () => {
  fc.assert(
    fc.property(fc.array(slotEvent, { maxLength: 80 }), makers, (events, chain) => {
      const metrics = metricsOf([...events, closing(WINDOW)], chainOf(chain));
      assert.equal(metrics.emitted + metrics.missed, metrics.slots);
      const selected = metrics.members.reduce((sum, member) => sum + member.selected, 0);
      assert.equal(selected + metrics.outsiders + metrics.leaks.length, metrics.emitted);
      assert.ok(metrics.orphaned <= metrics.replaced && metrics.outsiders >= 0);
      for (const member of metrics.members) {
        const { candidates, late, invalid, standby, missing } = member;
        assert.equal(candidates + late + invalid + standby + missing, metrics.slots);
        assert.ok(member.selected <= candidates);
        assert.equal(member.eligible, candidates >= 6);
      }
    }),
  );
});

test('neither the order of events nor events of other kinds change anything', () => {
  const shuffled = fc
    .array(slotEvent, { maxLength: 60 })
    .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length })));
  fc.assert(
    fc.property(shuffled, makers, ([events, other], chain) => {
      const blocks = chainOf(chain);
      const one = canonicalJson(metricsOf([...events, closing(WINDOW)], blocks));
      const [fault, connection] = noise as [PoolEvent, PoolEvent];
      assert.equal(canonicalJson(metricsOf([fault, ...other, connection, closing(WINDOW)], blocks)), one);
    }),
  );
});
