import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyId, keyText } from '../../../common/keys.ts';
import { firstSlot, SLOT_MS, slotTime } from '../../../common/slot.ts';
import { type BlockHeader, decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { type Verified, verifyCandidate } from '../../../emitter/verify/candidate.ts';
import { type HeaderState, HeaderTree, producerOf } from '../../../emitter/verify/header-tree.ts';
import { IncomingBlock } from '../../../emitter/verify/incoming.ts';
import { append, rootOf } from '../../../emitter/verify/merkle.ts';
import { fromRpc } from '../../../emitter/verify/seed.ts';
import { recoverKey } from '../../../emitter/verify/signer.ts';
import { cases, fc } from '../../support/property.ts';
import { type Draft, rootState, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';
import { candidates, chain, key, type VectorRun } from '../../support/vectors.ts';

const SIGNERS: Record<string, string[]> = { P: ['K1', 'DEV'], M1: ['K2', 'K4'], M2: ['K3'] };

function headerOf(frame: Buffer): BlockHeader {
  const decoded = decodeBlockHeader(frame);
  assert.ok(decoded.ok);
  return decoded.value;
}

function verify(frame: Buffer, header: BlockHeader, now: number, tree: HeaderTree): Verified {
  const block = new IncomingBlock(frame);
  block.feed(frame.length);
  return verifyCandidate(block, header, now, tree);
}

function seeded(run: VectorRun): HeaderTree {
  const tree = new HeaderTree(4096);
  tree.add(fromRpc(run.seed, 'the node'));
  return tree;
}

/** A tree that followed a run up to a block. */
function treeAt(num: number): { tree: HeaderTree; state: HeaderState } {
  const run = chain.runs.find(({ blocks }) => blocks.some((block) => block.num === num)) as VectorRun;
  const tree = seeded(run);
  let state: HeaderState | undefined;
  for (const block of run.blocks) {
    state = tree.follow(headerOf(block.frame));
    if (block.num === num) break;
  }
  assert.ok(state);
  return { tree, state };
}

test('root, count, schedule hash and schedules are the node’s after each block, through three promotions', () => {
  let compared = 0;
  for (const run of chain.runs) {
    const tree = seeded(run);
    for (const { frame, num, state: expected } of run.blocks) {
      const state = tree.follow(headerOf(frame));
      assert.ok(state, `block ${num} links`);
      if (!expected) continue;
      assert.equal(rootOf(state.merkle).toString('hex'), expected.blockroot, `root at ${num}`);
      assert.equal(state.merkle.count, expected.nodeCount);
      assert.equal(state.scheduleHash.toString('hex'), expected.scheduleHash, `schedule hash at ${num}`);
      assert.equal(state.active.version, expected.activeVersion, `active schedule after ${num}`);
      if (state.pending) assert.equal(state.pending.schedule.version, expected.pendingVersion, `pending at ${num}`);
      compared++;
    }
  }
  assert.ok(compared > 80, `${compared} compared`);
});

test('incremental merkle: the nodes kept are those of the node', () => {
  const states = chain.runs.map(({ seed }) => fromRpc(seed, 'the node'));
  const [, from, to] = states as [HeaderState, HeaderState, HeaderState];
  // Any leaves do for the shape: as many nodes are kept as the node keeps for that count.
  let merkle = from.merkle;
  while (merkle.count < to.merkle.count) merkle = append(merkle, Buffer.alloc(32, merkle.count));
  assert.equal(merkle.nodes.length, to.merkle.nodes.length);
});

test('append leaves the tree it was given as it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 40 }),
      (leaves) => {
        let merkle = { nodes: [] as Buffer[], count: 0 };
        for (const leaf of leaves) {
          const before = JSON.stringify(merkle);
          const next = append(merkle, Buffer.from(leaf));
          assert.equal(JSON.stringify(merkle), before);
          merkle = next;
        }
        assert.equal(merkle.count, leaves.length);
      },
    ),
    cases(300),
  );
});

test('link finds the signer of each captured block, through schedule changes and promotions', () => {
  for (const run of chain.runs) {
    const tree = seeded(run);
    for (const { frame, num, producedBy, state } of run.blocks) {
      const linked = tree.link(headerOf(frame));
      assert.ok(linked.ok, `block ${num}: ${linked.ok || linked.code}`);
      const possible = producedBy.flatMap((node) => SIGNERS[node] ?? []).map(key);
      assert.ok(possible.includes(linked.signer), `block ${num} is signed by ${producedBy}, not ${linked.signer}`);
      if (state) assert.ok(state.authority.map(key).includes(linked.signer), `block ${num}: signer has the authority`);
      tree.add(linked.state);
    }
  }
});

test('blocks on both sides of a promotion are signed under different schedules', () => {
  const versions = chain.runs.map(({ blocks }) => [...new Set(blocks.map(({ scheduleVersion }) => scheduleVersion))]);
  assert.deepEqual(versions, [
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
});

test('link finds the signer of each member’s own branch, private ones too', () => {
  for (const member of ['M1', 'M2']) {
    for (const [parent, first, last] of [
      [40, 41, 52],
      [148, 149, 160],
    ] as const) {
      const { tree } = treeAt(parent);
      const own = candidates.filter((c) => c.member === member && c.num >= first && c.num <= last);
      assert.equal(own.length, 12);
      for (const { frame, keys, num } of own) {
        const linked = tree.link(headerOf(frame));
        assert.ok(linked.ok, `${member} ${num}: ${linked.ok || linked.code}`);
        assert.ok(keys.map(key).includes(linked.signer), `${member} ${num}: ${linked.signer}`);
        tree.add(linked.state);
      }
    }
  }
});

test('a candidate is accepted at the time it came at, and for an honest span before and after', () => {
  for (const { frame, leadMs, num, keys } of candidates) {
    const { tree } = treeAt(num > 100 ? 148 : 40);
    for (const other of candidates) if (other.num < num) tree.follow(headerOf(other.frame));
    const header = headerOf(frame);
    const at = slotTime(header.slot) - leadMs;
    for (const now of [at, at - 100, slotTime(header.slot) + 400]) {
      const verified = verify(frame, header, now, tree);
      const expected = keys.length > 1 ? 'several_signatures' : true;
      assert.equal(verified.ok || verified.code, expected, `${num} at ${leadMs} ms`);
    }
    assert.equal(codeAt(slotTime(header.slot) - 7000), 'too_early');
    assert.equal(codeAt(slotTime(header.slot) + 12 * SLOT_MS + 1), 'stale');
    function codeAt(now: number): string | null {
      const verified = verify(frame, header, now, tree);
      return verified.ok ? null : verified.code;
    }
  }
});

test('a broken body is refused, with its signer', () => {
  const { tree } = treeAt(40);
  const { frame, keys } = candidates.find(({ num }) => num === 41) as { frame: Buffer; keys: string[] };
  const header = headerOf(frame);
  const verified = verify(frame.subarray(0, -1), header, slotTime(header.slot), tree);
  assert.deepEqual(verified, { ok: false, code: 'bad_block_body', signer: key(keys[0] as string) });
});

test('a block with an unknown parent is unlinked', () => {
  const [run] = chain.runs as [VectorRun];
  assert.deepEqual(seeded(run).link(headerOf((run.blocks[1] as { frame: Buffer }).frame)), {
    ok: false,
    code: 'unlinked',
  });
});

test('a changed signature or header gives no signer of the pool', () => {
  const { tree } = treeAt(40);
  const { frame } = candidates.find(({ num }) => num === 41) as { frame: Buffer };
  const { bodyOffset } = headerOf(frame);
  let refused = 0;
  for (let at = bodyOffset - 64; at < bodyOffset; at += 7) {
    const forged = Buffer.from(frame);
    forged[at] = (forged[at] as number) ^ 0x10;
    const linked = tree.link(headerOf(forged));
    assert.ok(!linked.ok && ['bad_signature', 'foreign_key'].includes(linked.code));
    refused++;
  }
  assert.ok(refused > 5);
  const forged = Buffer.from(frame);
  forged[60] = (forged[60] as number) ^ 1;
  const linked = tree.link(headerOf(forged));
  assert.ok(!linked.ok && linked.code === 'foreign_key');
});

test('captured blocks replayed on the wrong branch are refused', () => {
  const own = candidates.filter(({ member, num }) => member === 'M1' && num <= 52);
  const other = candidates.filter(({ member, num }) => member === 'M2' && num <= 52);
  const { tree } = treeAt(40);
  tree.follow(headerOf((own[0] as { frame: Buffer }).frame));
  assert.equal(headerOf((other[1] as { frame: Buffer }).frame).num, 42);
  assert.deepEqual(tree.link(headerOf((other[1] as { frame: Buffer }).frame)), { ok: false, code: 'unlinked' });
});

const [alice, bob, carol, mallory] = ['alice', 'bob', 'carol', 'mallory'].map(signingKey) as [
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
];
// Two producers: even windows are bp1's, odd ones the pool's.
const active = schedule(5, [
  ['bp1', [carol]],
  ['pool', [alice, bob]],
]);
const SLOT = firstSlot(1_000_001);

function fresh(): { tree: HeaderTree; root: HeaderState } {
  const root = rootState(active, SLOT - 1);
  const tree = new HeaderTree(4096);
  tree.add(root);
  return { tree, root };
}

test('turns: twelve slots each, in the order of the schedule', () => {
  for (let slot = SLOT - 24; slot < SLOT + 24; slot++) {
    const expected = Math.floor(slot / 12) % 2 === 0 ? 0 : 1;
    assert.equal(producerOf(active, slot), active.producers[expected]);
  }
  assert.equal(producerOf({ version: 1, producers: [] }, 5), undefined);
});

test('both members’ blocks for a slot are told apart by their keys, also when they have one id', () => {
  const { tree, root } = fresh();
  const blocks = [alice, bob].map((k) => signBlock({ parent: root, slot: SLOT, producer: 'pool', key: k }));
  assert.equal(blocks[0]?.header.id, blocks[1]?.header.id);
  const signers = blocks.map(({ header }) => {
    const linked = tree.link(header);
    return linked.ok && linked.signer;
  });
  assert.deepEqual(signers, [alice.id, bob.id]);
});

const nothing = {};
for (const [what, change, code] of [
  ['a foreign key', { key: mallory }, 'foreign_key'],
  ['the key of another producer', { key: carol }, 'foreign_key'],
  ['another producer’s name', { producer: 'bp1', key: carol }, 'wrong_producer'],
  ['a slot that is not its producer’s', { slot: SLOT + 12 }, 'wrong_producer'],
  ['an older schedule version', { scheduleVersion: 4 }, 'wrong_schedule_version'],
  ['a newer schedule version', { scheduleVersion: 6 }, 'wrong_schedule_version'],
  ['its parent’s slot', { slot: SLOT - 1 }, 'slot_not_after_parent'],
  ['nothing wrong', nothing, null],
] as const) {
  test(`a block with ${what}: ${code ?? 'taken'}`, () => {
    const { tree, root } = fresh();
    const { header } = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, ...change });
    const linked = tree.link(header);
    assert.equal(linked.ok ? null : linked.code, code);
    if (code === 'foreign_key') {
      assert.equal((linked as { signer?: string }).signer, (change as { key: { id: string } }).key.id);
    }
    assert.equal(tree.size, 1);
  });
}

/** A chain of the pool alone, where a block is irreversible with the next one. */
function alone(): { tree: HeaderTree; root: HeaderState } {
  const root = rootState(schedule(5, [['pool', [alice, bob]]]), SLOT - 1);
  const tree = new HeaderTree(4096);
  tree.add(root);
  return { tree, root };
}

function linkAll(tree: HeaderTree, root: HeaderState, drafts: Partial<Draft>[]): HeaderState[] {
  let parent = root;
  return drafts.map((draft, k) => {
    const linked = tree.link(signBlock({ parent, slot: SLOT + k, producer: 'pool', key: alice, ...draft }).header);
    assert.ok(linked.ok, `block ${k}: ${linked.ok || linked.code}`);
    tree.add(linked.state);
    parent = linked.state;
    return parent;
  });
}

test('a member that was expelled signs until the new schedule is active on the branch, and not after', () => {
  const { tree, root } = alone();
  const without = schedule(6, [['pool', [alice]]]);
  const [, promotes] = linkAll(tree, root, [{ key: bob, newSchedule: without }, { key: bob }]) as [
    HeaderState,
    HeaderState,
  ];
  assert.deepEqual([promotes.active.version, promotes.pending], [6, null]);
  const next = { parent: promotes, slot: SLOT + 2, producer: 'pool' };
  assert.ok(tree.link(signBlock({ ...next, key: alice }).header).ok);
  const bad = tree.link(signBlock({ ...next, key: bob }).header);
  assert.ok(!bad.ok && bad.code === 'foreign_key');
  const back = tree.link(signBlock({ ...next, key: bob, scheduleVersion: 5 }).header);
  assert.ok(!back.ok && back.code === 'wrong_schedule_version');
});

test('a header that uses a pending schedule before its carrier is irreversible is refused', () => {
  const { tree, root } = alone();
  const other = schedule(6, [['pool', [mallory]]]);
  const [carrier] = linkAll(tree, root, [{ newSchedule: other }]) as [HeaderState];
  assert.equal(carrier.pending?.carrier, carrier.num);
  const early = signBlock({ parent: carrier, slot: SLOT + 1, producer: 'pool', key: mallory, scheduleVersion: 6 });
  const linked = tree.link(early.header);
  assert.ok(!linked.ok && linked.code === 'wrong_schedule_version');
});

test('two branches keep their own schedule: a change on one does not exist on the other', () => {
  const { tree, root } = alone();
  const other = schedule(6, [['pool', [mallory]]]);
  const [, one] = linkAll(tree, root, [{ newSchedule: other }, {}]) as [HeaderState, HeaderState];
  const [, two] = linkAll(tree, root, [{ nonce: 1 }, {}]) as [HeaderState, HeaderState];
  const next = { slot: SLOT + 2, producer: 'pool', key: mallory, scheduleVersion: 6 };
  assert.ok(tree.link(signBlock({ ...next, parent: one }).header).ok);
  const refused = tree.link(signBlock({ ...next, parent: two }).header);
  assert.ok(!refused.ok && refused.code === 'wrong_schedule_version');
});

test('the tree forgets the oldest beyond its capacity, and keeps the newest', () => {
  const tree = new HeaderTree(10);
  let state = rootState(active, SLOT - 1);
  tree.add(state);
  for (let k = 0; k < 12; k++) {
    const next = tree.follow(signBlock({ parent: state, slot: SLOT + k, producer: 'pool', key: alice }).header);
    assert.ok(next);
    state = next;
  }
  assert.equal(tree.size, 10);
  assert.ok(tree.get(state.id));
  assert.ok(tree.get(state.previous));
});

test('a recovered key never throws, whatever the signature', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 65, maxLength: 65 }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.nat(5),
      fc.option(fc.integer({ min: 27, max: 36 })),
      (bytes, digest, type, first) => {
        const signature = Buffer.from(bytes);
        if (first !== null) signature[0] = first;
        const found = recoverKey(Buffer.from(digest), { type, bytes: signature });
        assert.ok(found === null || /^0:0[23][0-9a-f]{64}$/.test(found));
      },
    ),
    cases(2000),
  );
});

test('keys as text and back', () => {
  for (const id of Object.values(chain.keys)) {
    assert.equal(keyId(keyText(id)), id);
    assert.match(keyText(id), /^PUB_K1_/);
  }
  assert.equal(keyId('EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV'), key('DEV'));
});

test('a node that serves no merkle state is refused in one sentence', () => {
  const [run] = chain.runs as [VectorRun];
  const { blockroot_merkle: _, ...stub } = run.seed;
  assert.throws(() => fromRpc(stub, 'http://127.0.0.1:1'), { code: 'seed', message: /cannot seed.*blockroot_merkle/ });
});
