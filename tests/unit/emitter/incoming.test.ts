import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { verifyCandidate } from '../../../emitter/verify/candidate.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { IncomingBlock } from '../../../emitter/verify/incoming.ts';
import { LeafMerkle } from '../../../emitter/verify/merkle.ts';
import { cases, fc } from '../../support/property.ts';
import { type Draft, rootState, schedule, signBlock, signingKey, varuint } from '../../support/signed-chain.ts';
import { candidates, chain } from '../../support/vectors.ts';

const captured = [...chain.blocks, ...candidates].map(({ frame }) => frame);

function fed(frame: Buffer, cuts: number[]): IncomingBlock {
  const block = new IncomingBlock(frame);
  for (const cut of cuts.map((at) => at % frame.length).sort((a, b) => a - b)) block.feed(cut);
  block.feed(frame.length);
  return block;
}

test('the root over the receipts of each captured block is the one in its header', () => {
  let withTransactions = 0;
  for (const frame of captured) {
    const block = fed(frame, []);
    const body = block.body();
    assert.ok(body.ok && block.header);
    assert.equal(body.value.root.toString('hex'), block.header.transactionRoot.toString('hex'));
    if (body.value.transactions > 1) withTransactions++;
  }
  assert.ok(withTransactions > 20, `${withTransactions} with several transactions`);
});

test('however the bytes of a block arrive, the result is the same', () => {
  const property = fc.property(fc.nat(), fc.array(fc.nat(), { maxLength: 40 }), (which, cuts) => {
    const frame = captured[which % captured.length] as Buffer;
    const [pieces, whole] = [fed(frame, cuts), fed(frame, [])];
    assert.deepEqual(pieces.body(), whole.body());
    assert.deepEqual(pieces.header, whole.header);
  });
  fc.assert(property, cases(1000));
});

test('nothing behind the filled bytes is looked at', () => {
  const property = fc.property(fc.nat(), fc.array(fc.nat(), { maxLength: 10 }), (which, cuts) => {
    const frame = captured[which % captured.length] as Buffer;
    const filling = Buffer.alloc(frame.length, 0xff);
    const block = new IncomingBlock(filling);
    for (const cut of [...cuts.map((at) => at % frame.length).sort((a, b) => a - b), frame.length]) {
      frame.copy(filling, 0, 0, cut);
      block.feed(cut);
    }
    assert.deepEqual(block.body(), fed(frame, []).body());
  });
  fc.assert(property, cases(500));
});

test('the header is known with its last byte, and told once', () => {
  const frame = captured.at(-1) as Buffer;
  const decoded = decodeBlockHeader(frame);
  assert.ok(decoded.ok);
  const block = new IncomingBlock(frame);
  for (let filled = 0; filled <= frame.length; filled++) {
    assert.equal(block.feed(filled), filled === decoded.value.bodyOffset, `at ${filled}`);
  }
});

/** nodeos' own way: whole levels, an odd last node twice. Source: Leap merkle.cpp. */
function plainRoot(leaves: Buffer[]): Buffer {
  let level = leaves;
  while (level.length > 1) {
    const next: Buffer[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const pair = Buffer.concat([level[i] as Buffer, level[i + 1] ?? (level[i] as Buffer)]);
      pair[0] = (pair[0] as number) & 0x7f;
      pair[32] = (pair[32] as number) | 0x80;
      next.push(sha256(pair));
    }
    level = next;
  }
  return level[0] ?? Buffer.alloc(32);
}

test('leaves one by one give the root that whole levels give', () => {
  for (let count = 0; count < 140; count++) {
    const leaves = Array.from({ length: count }, (_, i) => sha256(`leaf ${i}`));
    const merkle = new LeafMerkle();
    for (const leaf of leaves) merkle.add(leaf);
    assert.equal(merkle.root().toString('hex'), plainRoot(leaves).toString('hex'), `${count} leaves`);
  }
});

const [alice, bob, carol, mallory] = ['alice', 'bob', 'carol', 'mallory'].map(signingKey);
type Key = ReturnType<typeof signingKey>;
const keys = [alice, bob, carol] as Key[];
const SLOT = firstSlot(1_000_001);
const parent = rootState(schedule(5, [['pool', keys]]), SLOT - 1);

function code(draft: Partial<Draft>, spoil = (frame: Buffer) => frame): string | null {
  const tree = new HeaderTree(100);
  tree.add(parent);
  const { frame, header } = signBlock({ parent, slot: SLOT, producer: 'pool', key: alice as Key, ...draft });
  const verified = verifyCandidate(fed(spoil(frame), [200]), header, slotTime(SLOT), tree);
  return verified.ok ? null : verified.code;
}

/** A receipt of a deferred transaction: its id only. */
function idReceipt(id: Buffer, status = 3): { packed: Buffer; digest: Buffer } {
  const head = Buffer.concat([Buffer.from([status, 9, 1, 0, 0]), varuint(300)]);
  return { packed: Buffer.concat([head, Buffer.from([0]), id]), digest: sha256(head, id) };
}

const [one, two] = [idReceipt(sha256('one')), idReceipt(sha256('two'))];
const receipts = [one.packed, two.packed];
const transactionRoot = plainRoot([one.digest, two.digest]);

for (const [what, expected, draft] of [
  ['receipts that have an id only', null, { receipts, transactionRoot }],
  ['receipts in another order', 'wrong_transaction_root', { receipts: receipts.toReversed(), transactionRoot }],
  ['a receipt left out', 'wrong_transaction_root', { receipts: [one.packed], transactionRoot }],
  ['a receipt twice', 'wrong_transaction_root', { receipts: [one.packed, one.packed], transactionRoot }],
  ['a root and no receipts', 'wrong_transaction_root', { transactionRoot }],
  ['receipts and no root', 'wrong_transaction_root', { receipts }],
  ['a receipt of a kind nobody knows', 'bad_block_body', { receipts: [Buffer.from([0, 0, 0, 0, 0, 0, 2])] }],
  ['another member’s signature beside its own', 'several_signatures', { also: [bob as Key] }],
  ['all members’ signatures', 'several_signatures', { also: [bob, carol] as Key[] }],
  ['a foreign signature beside its own', 'foreign_key', { also: [mallory as Key] }],
  ['its own signature twice', 'foreign_key', { also: [alice as Key] }],
  ['more signatures than there are keys', 'foreign_key', { also: [bob, carol, mallory] as Key[] }],
  ['an extension nobody knows', 'bad_block_extension', { blockExtensions: [[1, Buffer.alloc(3)]] }],
  ['an empty list of signatures', 'bad_block_extension', { blockExtensions: [[2, Buffer.from([0])]] }],
  ['a list of signatures cut short', 'bad_block_extension', { blockExtensions: [[2, Buffer.from([1, 0, 31])]] }],
] as [string, string | null, Partial<Draft>][]) {
  test(`a block with ${what}: ${expected ?? 'taken'}`, () => assert.equal(code(draft), expected));
}

test('a list of signatures with one repeated: bad_block_extension', () => {
  const { frame, header } = signBlock({ parent, slot: SLOT, producer: 'pool', key: bob as Key });
  const signature = frame.subarray(header.headerEnd, header.bodyOffset);
  const list = Buffer.concat([Buffer.from([2]), signature, signature]);
  assert.equal(code({ blockExtensions: [[2, list]] }), 'bad_block_extension');
});

test('a number in a longer form than needed, which nodeos would hash in its short form: refused', () => {
  const long = Buffer.concat([Buffer.from([3, 9, 1, 0, 0, 0xac, 0x82, 0, 0]), sha256('one')]);
  assert.equal(code({ receipts: [long], transactionRoot: one.digest }), 'bad_block_body');
});

/** Microseconds of CPU that something takes, the least of some tries: compared with something else in the same run only. */
function least(work: () => void): number {
  return Math.min(
    ...Array.from({ length: 5 }, () => {
      const started = process.cpuUsage();
      work();
      const { user, system } = process.cpuUsage(started);
      return user + system;
    }),
  );
}

test('a flood of signatures costs about what the same bytes of another extension do: none is recovered', () => {
  const many = Array.from({ length: 50_000 }, (_, i) => {
    const signature = Buffer.alloc(66, 1);
    signature.set([0, 31]);
    signature.writeUInt32BE(i, 30);
    return signature;
  });
  const list = Buffer.concat([varuint(many.length), ...many]);
  assert.equal(code({ blockExtensions: [[2, list]] }), 'foreign_key');
  const other = least(() => code({ blockExtensions: [[9, list]] }));
  // It takes 5 to 10 times as long, 20 on a busy machine; to recover the key of each would take 700 times.
  assert.ok(least(() => code({ blockExtensions: [[2, list]] })) < 100 * other);
});

test('small chunks of a receipt with endless signatures cost time in proportion to its size', () => {
  const cost = (signatures: number) => {
    const bytes = Buffer.alloc(signatures * 66);
    const receipt = Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 0, 1]), varuint(signatures), bytes]);
    const { frame } = signBlock({ parent, slot: SLOT, producer: 'pool', key: alice as Key, receipts: [receipt] });
    return least(() => {
      const block = new IncomingBlock(frame);
      for (let filled = 0; filled < frame.length; filled += 20) block.feed(filled);
      assert.equal(block.body().ok, false);
    });
  };
  // Four times the bytes; looking at all of them again with each chunk would take sixteen times as long.
  assert.ok(cost(20_000) < 9 * cost(5_000));
});

test('a parent that becomes known while the block arrives is found', () => {
  const tree = new HeaderTree(100);
  const { frame } = signBlock({ parent, slot: SLOT, producer: 'pool', key: alice as Key });
  const block = fed(frame, []);
  assert.deepEqual(block.link(tree), { ok: false, code: 'unlinked' });
  tree.add(parent as HeaderState);
  assert.ok(block.link(tree).ok);
});
