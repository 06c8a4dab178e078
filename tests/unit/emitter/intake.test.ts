import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, slotTime, windowOf } from '../../../common/slot.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { type Arrival, Intake, type Outcome } from '../../../emitter/verify/intake.ts';
import { cases, fc } from '../../support/property.ts';
import {
  rootState,
  type Signed,
  type SigningKey,
  schedule,
  signBlock,
  signingKey,
} from '../../support/signed-chain.ts';

const WINDOW = 1_000_001;
const SLOT = firstSlot(WINDOW);
const keys = ['alice', 'bob', 'carol'].map(signingKey) as [SigningKey, SigningKey, SigningKey];
const [alice] = keys;
const root = rootState(schedule(5, [['pool', keys]]), SLOT - 1);

/** A branch of one member; `twin` blocks are empty and equal for all, others carry the member's own nonce. */
function branch(member: number, twins: boolean[]): Signed[] {
  const tree = new HeaderTree(100);
  tree.add(root);
  let parent = root;
  return twins.map((twin, k) => {
    const key = keys[member] as SigningKey;
    const nonce = twin ? 0 : member + 1;
    const block = signBlock({ parent, slot: SLOT + k, producer: 'pool', key, nonce });
    parent = tree.follow(block.header) as HeaderState;
    return block;
  });
}

function intake(): { tree: HeaderTree; intake: Intake<string> } {
  const tree = new HeaderTree(1000);
  return { tree, intake: new Intake<string>(tree) };
}

function arrival({ frame, header }: Signed, session = 'm', at = slotTime(header.slot)): Arrival<string> {
  return { session, frame, header, at, monotonic: 0 };
}

function said(outcome: Outcome<string>): string {
  const { slot, id } = outcome.arrival.header;
  const result = 'refused' in outcome ? `${outcome.refused}` : `ok ${outcome.verified.signer}`;
  return `${outcome.arrival.session} ${slot} ${id} ${result}`;
}

test('in order: each block at once', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  for (const block of branch(0, Array(12).fill(false))) {
    const outcomes = box.take(arrival(block));
    assert.deepEqual(outcomes.map(said), [`m ${block.header.slot} ${block.header.id} ok ${alice.id}`]);
  }
});

test('in any order, the same blocks come out with the same result, parents first', () => {
  const world = fc.tuple(
    fc.array(fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 }),
    fc.nat(),
    fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
  );
  fc.assert(
    fc.property(world, ([members, rootAt, order]) => {
      const arrivals = members.flatMap((twins, m) => branch(m, twins).map((block) => arrival(block, `m${m}`)));
      const ordered = run(arrivals, 0);
      const mixed = arrivals
        .map((a, i) => ({ a, weight: order[i] as number }))
        .sort((x, y) => x.weight - y.weight)
        .map(({ a }) => a);
      const late = run(mixed, rootAt % (mixed.length + 1));
      assert.deepEqual(late.map(said).toSorted(), ordered.map(said).toSorted());
      assert.ok(late.every((outcome) => !('refused' in outcome)));
      const done = new Set([root.id]);
      for (const { arrival: a } of late) {
        assert.ok(done.has(a.header.previous), 'a parent comes before its child');
        done.add(a.header.id);
      }
    }),
    cases(400),
  );

  /** The root becomes known after so many arrivals, as when the relay node is slower than a member. */
  function run(arrivals: Arrival<string>[], rootAt: number): Outcome<string>[] {
    const { tree, intake: box } = intake();
    const outcomes: Outcome<string>[] = [];
    for (const [i, a] of arrivals.entries()) {
      if (i === rootAt) seed();
      outcomes.push(...box.take(a));
    }
    if (rootAt >= arrivals.length) seed();
    return outcomes;
    function seed(): void {
      tree.add(root);
      outcomes.push(...box.linked(root.id));
    }
  }
});

test('what still waits at its window’s end is refused as unlinked, once', () => {
  const { intake: box } = intake();
  const blocks = branch(0, Array(5).fill(false));
  for (const block of blocks) assert.deepEqual(box.take(arrival(block)), []);
  assert.deepEqual(box.expire(WINDOW - 1), []);
  const expired = box.expire(WINDOW);
  assert.equal(expired.length, 5);
  for (const outcome of expired) assert.ok('refused' in outcome && outcome.refused === 'unlinked');
  assert.deepEqual(box.expire(WINDOW), []);
});

test('a session’s waiting blocks go with it', () => {
  const { tree, intake: box } = intake();
  const [one, two] = [branch(0, [false]), branch(1, [false])].map(([block]) => block as Signed) as [Signed, Signed];
  box.take(arrival(one, 'a'));
  box.take(arrival(two, 'b'));
  box.forget('a');
  tree.add(root);
  assert.deepEqual(box.linked(root.id).map(said), [said(box.take(arrival(two, 'b'))[0] as Outcome<string>)]);
});

test('no more wait than the limit; the one given up is told of', () => {
  const { intake: box } = intake();
  const parent = { ...root, id: 'ff'.repeat(32) };
  let given = 0;
  for (let i = 0; i < LIMITS.orphans + 20; i++) {
    const block = signBlock({ parent, slot: SLOT + (i % 12), producer: 'pool', key: alice, nonce: i });
    const outcomes = box.take(arrival(block, `session ${i % 20}`));
    given += outcomes.length;
    assert.ok(outcomes.every((outcome) => 'refused' in outcome && outcome.refused === 'unlinked'));
  }
  assert.equal(given, 20);
});

test('a session that floods one window is cut off at the limit', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  let taken = 0;
  for (let i = 0; i < 200; i++) {
    const block = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, nonce: i });
    if (box.take(arrival(block)).some((outcome) => !('refused' in outcome))) taken++;
  }
  assert.ok(taken <= 2 * LIMITS.candidatesPerMemberAndWindow, `${taken} taken`);
});

test('a session that floods two windows in turn is cut off too', () => {
  const { tree, intake: box } = intake();
  tree.add({ ...root, slot: SLOT - 13 });
  let looked = 0;
  for (let i = 0; i < 400; i++) {
    const slot = i % 2 === 0 ? SLOT - 1 : SLOT;
    const block = signBlock({ parent: root, slot, producer: 'pool', key: alice, nonce: i });
    assert.equal(windowOf(slot), i % 2 === 0 ? WINDOW - 1 : WINDOW);
    const outcomes = box.take(arrival(block, 'm', slotTime(SLOT)));
    if (outcomes.some((outcome) => !('refused' in outcome) || outcome.refused !== 'too_many')) looked++;
  }
  assert.ok(looked <= 4 * LIMITS.candidatesPerMemberAndWindow, `${looked} of 400 were looked at`);
});

test('a block refused leaves nothing in the tree', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  const forged = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: signingKey('mallory') });
  const [outcome] = box.take(arrival(forged));
  assert.ok(outcome && 'refused' in outcome && outcome.refused === 'foreign_key');
  assert.equal(outcome.signer, signingKey('mallory').id);
  assert.equal(tree.size, 1);
});

/** Feeds a block in pieces as a socket would, then takes it; gives how often its key was recovered early. */
function inPieces(box: Intake<string>, { frame, header }: Signed, session = 'm', at = slotTime(header.slot)) {
  const filling = Buffer.alloc(frame.length);
  for (let filled = 5; filled < frame.length; filled += 7) {
    frame.copy(filling, 0, 0, filled);
    box.feed(session, filling, filled, at);
  }
  frame.copy(filling);
  return box.take({ session, frame: filling, header, at, monotonic: 0 });
}

test('a block that came in pieces has the same outcome as a whole one', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  for (const block of branch(0, Array(12).fill(false))) {
    assert.deepEqual(inPieces(box, block).map(said), [`m ${block.header.slot} ${block.header.id} ok ${alice.id}`]);
  }
  const forged = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: signingKey('mallory') });
  assert.deepEqual(
    inPieces(box, forged).map((o) => 'refused' in o && o.refused),
    ['foreign_key'],
  );
});

test('the signer is known before a block is whole, and not asked for again', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  const [block] = branch(0, [false]) as [Signed];
  let asked = 0;
  const link = tree.link.bind(tree);
  tree.link = (header) => {
    asked++;
    return link(header);
  };
  const { frame, header } = block;
  box.feed('m', frame, header.bodyOffset - 1, slotTime(SLOT));
  assert.equal(box.headerOf(frame), null);
  box.feed('m', frame, header.bodyOffset, slotTime(SLOT));
  assert.equal(asked, 1);
  assert.deepEqual(box.headerOf(frame), header);
  assert.equal(box.headerOf(Buffer.from(frame)), null);
  assert.equal(box.take(arrival(block)).length, 1);
  assert.equal(asked, 1);
});

test('no key is recovered early for a session that is over its limit, nor for a slot that nobody proposes for now', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  let asked = 0;
  tree.link = () => {
    asked++;
    return { ok: false, code: 'foreign_key' };
  };
  for (let i = 0; i < LIMITS.candidatesPerMemberAndWindow; i++) {
    box.take(arrival(signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, nonce: i })));
  }
  const before = asked;
  const { frame } = signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, nonce: 1000 });
  box.feed('m', frame, frame.length - 1, slotTime(SLOT));
  box.feed('other', frame.subarray(0), frame.length - 1, slotTime(SLOT) - 60_000);
  assert.equal(asked, before);
});

test('pieces of noise give no outcome and no throw', () => {
  const { tree, intake: box } = intake();
  tree.add(root);
  const [block] = branch(0, [false]) as [Signed];
  fc.assert(
    fc.property(fc.nat(400), fc.nat(255), fc.array(fc.nat(), { maxLength: 8 }), (at, byte, cuts) => {
      const frame = Buffer.from(block.frame);
      frame[at % frame.length] = byte;
      for (const cut of cuts.map((c) => c % frame.length).sort((a, b) => a - b)) {
        box.feed('m', frame, cut, slotTime(SLOT));
      }
    }),
    cases(3000),
  );
});
