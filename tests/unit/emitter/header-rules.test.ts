import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import { firstSlot } from '../../../common/slot.ts';
import { decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { confirmsTwice, type DposState, nextDpos, promoted } from '../../../emitter/verify/dpos.ts';
import { type HeaderState, HeaderTree, SEVERAL_KEYS_FEATURE } from '../../../emitter/verify/header-tree.ts';
import { fromRpc } from '../../../emitter/verify/seed.ts';
import { isCanonical, recoverKey } from '../../../emitter/verify/signer.ts';
import { type Draft, packSchedule, rootState, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';
import { candidates, chain, type VectorRun } from '../../support/vectors.ts';

const alice = signingKey('alice');
const SLOT = firstSlot(1_000_001);
const active = schedule(5, [['pool', [alice]]]);
const FEATURE = sha256('a feature');
const features = (...digests: Buffer[]) => Buffer.concat([Buffer.from([digests.length]), ...digests]);
const change = packSchedule(schedule(6, [['pool', [alice]]]));

function codeOf(draft: Partial<Draft>, root: Partial<HeaderState> = {}): string | null {
  const parent = { ...rootState(active, SLOT - 1), ...root };
  const tree = new HeaderTree(100);
  tree.add(parent);
  const scheduled = draft.extensions?.find(([type]) => type === 1)?.[1];
  // The digest covers the hash of the schedule that the header carries.
  const signed = scheduled ? { ...parent, scheduleHash: sha256(scheduled) } : parent;
  const { header } = signBlock({ parent: signed, slot: SLOT, producer: 'pool', key: alice, ...draft });
  const linked = tree.link(header);
  return linked.ok ? null : linked.code;
}

const pending = { schedule: schedule(6, [['pool', [alice]]]), carrier: 1000 };

for (const [what, code, draft, root] of [
  ['one activated feature', null, { extensions: [[0, features(FEATURE)]] }, {}],
  [
    'a feature and a schedule',
    null,
    {
      extensions: [
        [0, features(FEATURE)],
        [1, change],
      ],
    },
    {},
  ],
  [
    'the two the other way round',
    'bad_header_extension',
    {
      extensions: [
        [1, change],
        [0, features(FEATURE)],
      ],
    },
    {},
  ],
  [
    'a type twice',
    'bad_header_extension',
    {
      extensions: [
        [1, change],
        [1, change],
      ],
    },
    {},
  ],
  ['a type nobody knows', 'bad_header_extension', { extensions: [[3, Buffer.alloc(4)]] }, {}],
  ['no feature in the list', 'bad_header_extension', { extensions: [[0, features()]] }, {}],
  ['a feature twice', 'bad_header_extension', { extensions: [[0, features(FEATURE, FEATURE)]] }, {}],
  ['a feature cut short', 'bad_header_extension', { extensions: [[0, features(FEATURE).subarray(0, -1)]] }, {}],
  ['a schedule cut short', 'bad_header_extension', { extensions: [[1, change.subarray(0, -1)]] }, {}],
  [
    'a schedule with a byte too many',
    'bad_header_extension',
    { extensions: [[1, Buffer.concat([change, change])]] },
    {},
  ],
  ['a schedule two versions ahead', 'bad_schedule_change', { newSchedule: schedule(7, [['pool', [alice]]]) }, {}],
  ['a schedule while one is pending', 'bad_schedule_change', { newSchedule: pending.schedule }, { pending }],
  [
    'a schedule extension where there are none yet',
    'bad_schedule_change',
    { newSchedule: pending.schedule },
    { severalKeys: false },
  ],
  ['confirmation of its own block', 'confirms_twice', { confirmed: 13 }, {}],
  ['confirmation up to its own block', null, { confirmed: 12 }, {}],
] as [string, string | null, Partial<Draft>, Partial<HeaderState>][]) {
  test(`a header with ${what}: ${code ?? 'taken'}`, () => assert.equal(codeOf(draft, root), code));
}

test('a legacy schedule in the header is refused once schedules come in extensions', () => {
  const run = chain.runs[0] as VectorRun;
  for (const [severalKeys, expected] of [
    [false, true],
    [true, 'bad_schedule_change'],
  ] as const) {
    const tree = new HeaderTree(100);
    tree.add({ ...fromRpc(run.seed, 'the node'), severalKeys });
    const results = run.blocks.map(({ frame }) => {
      const decoded = decodeBlockHeader(frame);
      assert.ok(decoded.ok);
      const linked = tree.link(decoded.value);
      if (linked.ok) tree.add(linked.state);
      return linked.ok || linked.code;
    });
    assert.equal(results[3], expected);
  }
});

test('the feature that brings schedules in extensions is noticed on its branch', () => {
  const parent = { ...rootState(active, SLOT - 1), severalKeys: false };
  const tree = new HeaderTree(100);
  tree.add(parent);
  const extensions: [number, Buffer][] = [[0, features(Buffer.from(SEVERAL_KEYS_FEATURE, 'hex'))]];
  const linked = tree.link(signBlock({ parent, slot: SLOT, producer: 'pool', key: alice, extensions }).header);
  assert.ok(linked.ok);
  assert.equal(linked.state.severalKeys, true);
});

test('a signature that is not canonical is refused, as nodeos refuses it', () => {
  let seen = 0;
  for (const { frame } of candidates) {
    const decoded = decodeBlockHeader(frame);
    assert.ok(decoded.ok);
    const { signature } = decoded.value;
    assert.ok(isCanonical(signature.bytes));
    for (const at of [1, 33]) {
      const changed = Buffer.from(signature.bytes);
      changed[at] = (changed[at] as number) | 0x80;
      assert.equal(isCanonical(changed), false);
      assert.equal(recoverKey(FEATURE, { type: 0, bytes: changed }), null);
      changed[at] = 0;
      changed[at + 1] = 0x7f;
      assert.equal(isCanonical(changed), false);
      seen++;
    }
  }
  assert.ok(seen > 40);
});

test('a key whose weight does not reach the threshold cannot sign alone', () => {
  const run = chain.runs[1] as VectorRun;
  const [producer] = run.seed.active_schedule.producers as [VectorRun['seed']['active_schedule']['producers'][number]];
  const [kind, authority] = producer.authority;
  const weak = { ...producer, authority: [kind, { ...authority, threshold: 2 }] as typeof producer.authority };
  const seed = { ...run.seed, active_schedule: { ...run.seed.active_schedule, producers: [weak] } };
  assert.deepEqual(fromRpc(seed, 'the node').active.producers[0]?.keys, []);
});

const POOL = active.producers[0]?.name as bigint;
const header = signBlock({ parent: rootState(active, SLOT - 1), slot: SLOT, producer: 'pool', key: alice }).header;

function dpos(fields: Partial<DposState>): DposState {
  const none = { proposedIrreversible: 0, irreversible: 0, confirmCount: Buffer.alloc(0) };
  return { ...none, lastProduced: new Map(), lastImpliedIrreversible: new Map(), ...fields };
}

test('confirmations: the block and as many before it as it confirms; the newest that has enough is proposed', () => {
  const three = schedule(
    1,
    ['pool', 'bp1', 'bp2'].map((name) => [name, [alice]]),
  );
  // Three producers need three confirmations; blocks 997 to 1000 need 1, 1, 2, 3 more.
  const parent = dpos({ proposedIrreversible: 990, confirmCount: Buffer.from([1, 1, 2, 3]) });
  assert.deepEqual(nextDpos(parent, three, { ...header, confirmed: 2 }).confirmCount, Buffer.from([1, 1, 1, 2, 2]));
  assert.equal(nextDpos(parent, three, { ...header, confirmed: 2 }).proposedIrreversible, 990);
  const enough = nextDpos(parent, three, { ...header, confirmed: 3 });
  assert.equal(enough.proposedIrreversible, 998);
  assert.deepEqual(enough.confirmCount, Buffer.from([1, 2, 2]));
});

test('no more than 1024 blocks wait for confirmations', () => {
  const parent = dpos({ confirmCount: Buffer.alloc(1024, 9) });
  const two = schedule(
    1,
    ['pool', 'bp1'].map((name) => [name, [alice]]),
  );
  const { confirmCount } = nextDpos(parent, two, header);
  assert.deepEqual([confirmCount.length, confirmCount[1023], confirmCount[0]], [1024, 1, 9]);
});

test('irreversible is what two thirds of the producers imply, the block’s own by what its parent proposed', () => {
  const nums = (values: [bigint, number][]) => new Map(values);
  const lastImpliedIrreversible = nums([
    [POOL, 10],
    [1n, 20],
    [2n, 30],
    [3n, 40],
  ]);
  const parent = dpos({ proposedIrreversible: 35, lastImpliedIrreversible });
  const next = nextDpos(parent, active, header);
  // Of 20, 30, 35, 40 the second: index (4 - 1) / 3.
  assert.equal(next.irreversible, 30);
  const three = dpos({
    ...parent,
    lastImpliedIrreversible: nums([
      [POOL, 10],
      [1n, 20],
      [2n, 30],
    ]),
  });
  assert.equal(nextDpos(three, active, header).irreversible, 20);
  assert.equal(next.lastImpliedIrreversible.get(POOL), 35);
  assert.equal(next.lastProduced.get(POOL), header.num);
  assert.equal(lastImpliedIrreversible.get(POOL), 10, 'the parent’s stays');
});

test('a promotion forgets producers that left and starts new ones at the last irreversible block', () => {
  const next = dpos({
    irreversible: 500,
    lastProduced: new Map([
      [POOL, 1001],
      [1n, 990],
      [2n, 980],
    ]),
    lastImpliedIrreversible: new Map([
      [POOL, 600],
      [1n, 590],
      [2n, 580],
    ]),
  });
  const producers = [
    { name: 1n, keys: [] },
    { name: 7n, keys: [] },
  ];
  const after = promoted(next, { version: 2, producers }, POOL);
  assert.deepEqual(
    [...after.lastImpliedIrreversible],
    [
      [1n, 590],
      [7n, 500],
    ],
  );
  assert.deepEqual(
    [...after.lastProduced],
    [
      [1n, 990],
      [7n, 500],
      [POOL, 1001],
    ],
  );
});

test('a producer not seen yet confirms nothing twice', () => {
  assert.equal(confirmsTwice(dpos({}), { ...header, confirmed: 500 }), false);
  assert.equal(confirmsTwice(dpos({ lastProduced: new Map([[POOL, 1000]]) }), { ...header, confirmed: 1 }), true);
  assert.equal(confirmsTwice(dpos({ lastProduced: new Map([[POOL, 1000]]) }), { ...header, confirmed: 0 }), false);
});
