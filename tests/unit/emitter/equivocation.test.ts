import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '../../../common/canonical.ts';
import type { SignedHeader } from '../../../common/events.ts';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { Intake, type Outcome } from '../../../emitter/verify/intake.ts';
import { recoverKey, signatureDigest } from '../../../emitter/verify/signer.ts';
import { type Draft, rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';

const alice = signingKey('alice');
const bob = signingKey('bob');
const SLOT = firstSlot(1_000_001);
const root = rootState(schedule(5, [['pool', [alice, bob]]]), SLOT - 1);

function signed(draft: Partial<Draft>): Signed {
  return signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, ...draft });
}

function intake(): {
  tree: HeaderTree;
  take: (block: Signed, session?: string) => Outcome<string>;
  box: Intake<string>;
} {
  const tree = new HeaderTree(100);
  tree.add(root);
  const box = new Intake<string>(tree);
  const take = ({ frame, header }: Signed, session = 'm') => {
    const arrival = { session, frame, header, at: slotTime(header.slot), monotonic: 0 };
    return box.take(arrival)[0] as Outcome<string>;
  };
  return { tree, take, box };
}

const code = (outcome: Outcome<string>) => ('refused' in outcome ? outcome.refused : 'verified');
const evidence = (outcome: Outcome<string>) => ('refused' in outcome ? outcome.evidence : undefined);

/** Who signed, from the evidence alone. */
function signerOf({ header, signature, root: blocks, schedule }: SignedHeader): string | null {
  const hex = (text: string) => Buffer.from(text, 'hex');
  const digest = signatureDigest(sha256(hex(header)), hex(blocks), hex(schedule));
  const [type, bytes = ''] = signature.split(':');
  return recoverKey(digest, { type: Number(type), bytes: hex(bytes) });
}

test('two blocks of one key for one slot and parent: the second is refused, and both headers prove who signed', () => {
  const { tree, take } = intake();
  const [first, second] = [signed({ nonce: 1 }), signed({ nonce: 2 })];
  assert.equal(code(take(first)), 'verified');
  const outcome = take(second, 'another session');
  assert.equal(code(outcome), 'equivocation');
  assert.equal(tree.get(second.header.id), undefined);
  const found = evidence(outcome);
  assert.ok(found);
  assert.deepEqual([found.first.id, found.second.id], [first.header.id, second.header.id]);
  for (const one of [found.first, found.second]) {
    assert.equal(signerOf(one), alice.id);
    const id = sha256(Buffer.from(one.header, 'hex'));
    assert.equal(id.toString('hex', 4), one.id.slice(8));
  }
});

test('the evidence is given once for each slot and parent', () => {
  const { take } = intake();
  const outcomes = [1, 2, 3, 2].map((nonce) => take(signed({ nonce })));
  assert.deepEqual(outcomes.map(code), ['verified', 'equivocation', 'equivocation', 'equivocation']);
  assert.deepEqual(
    outcomes.map((outcome) => evidence(outcome) !== undefined),
    [false, true, false, false],
  );
});

test('two members’ equal empty blocks are two candidates, not an equivocation', () => {
  const { take } = intake();
  const [one, two] = [signed({ key: alice }), signed({ key: bob })];
  assert.equal(one.header.id, two.header.id);
  assert.deepEqual(
    [one, two].map((block) => code(take(block))),
    ['verified', 'verified'],
  );
});

test('the same block again, from another session or with another signature of the key, is no equivocation', () => {
  const { take } = intake();
  const block = signed({});
  assert.deepEqual([take(block), take(block, 'other')].map(code), ['verified', 'verified']);
});

test('blocks of one key for one slot on different parents are no equivocation', () => {
  const { take, tree } = intake();
  take(signed({ nonce: 1 }));
  take(signed({ nonce: 2, key: bob }));
  const parents = [signed({ nonce: 1 }), signed({ nonce: 2, key: bob })].map(({ header }) => tree.get(header.id));
  const outcomes = parents.map((parent) => take(signed({ parent: parent as HeaderState, slot: SLOT + 1 })));
  assert.deepEqual(outcomes.map(code), ['verified', 'verified']);
});

test('what waits on the refused block is refused with its window', () => {
  const { take, box } = intake();
  const tree = new HeaderTree(10);
  tree.add(root);
  take(signed({ nonce: 1 }));
  const second = signed({ nonce: 2 });
  take(second);
  const parent = tree.follow(second.header) as HeaderState;
  assert.equal(take(signed({ parent, slot: SLOT + 1 })), undefined);
  assert.deepEqual(box.expire(windowOf(SLOT)).map(code), ['unlinked']);
});

test('a window that is over is forgotten', () => {
  const { take, box } = intake();
  take(signed({ nonce: 1 }));
  box.expire(windowOf(SLOT) - 1);
  assert.equal(code(take(signed({ nonce: 2 }))), 'equivocation');
  box.expire(windowOf(SLOT));
  assert.equal(code(take(signed({ nonce: 3 }))), 'verified');
});
