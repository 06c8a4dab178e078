import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { sha256 } from '../../../common/canonical.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import type { MemberDirectory } from '../../../emitter/members.ts';
import { Frames } from '../../../emitter/relay/frames.ts';
import type { MemberLink } from '../../../emitter/relay/member-link.ts';
import { WrittenBlocks } from '../../../emitter/relay/written.ts';
import type { BlockRef } from '../../../emitter/select/types.ts';
import { Suspects } from '../../../emitter/suspects.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { rootOf } from '../../../emitter/verify/merkle.ts';
import { recoverKey, signatureDigest } from '../../../emitter/verify/signer.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';

// The schedule has one producer more, so that every other window is the pool's.
const WINDOW = 1_000_002;
const SLOT = firstSlot(WINDOW);
const alice = signingKey('alice');
const bp = signingKey('bp');
const root = rootState(
  schedule(5, [
    ['pool', [alice]],
    ['bp', [bp]],
  ]),
  SLOT - 1,
);

interface World {
  suspects: Suspects;
  tree: HeaderTree;
  frames: Frames;
  events: PoolEvent[];
  time: { now: number };
  tip: { block: BlockRef };
  /** What the relay node's verdict is awaited of. */
  leaked: object[];
}

function world(): World {
  const tree = new HeaderTree(1000);
  tree.add(root);
  const frames = new Frames();
  const events: PoolEvent[] = [];
  const time = { now: slotTime(SLOT) };
  const tip = { block: root as BlockRef };
  const leaked: object[] = [];
  const suspects = new Suspects({
    ...{ tree, frames, logger: pino({ level: 'silent' }) },
    members: { account: (signer: string) => (signer === alice.id ? 'alice' : null) } as unknown as MemberDirectory,
    now: () => time.now,
    tip: () => tip.block,
    tell: (_, event) => events.push(event),
    onLeaked: (block) => leaked.push(block),
  });
  return { suspects, tree, frames, events, time, tip, leaked };
}

/** A block on a parent that is in the tree; it is added there. */
function on({ tree }: World, parent: HeaderState, slot: number, nonce = 0): Signed & { state: HeaderState } {
  const isPool = Math.floor(slot / 12) % 2 === 0;
  const by = isPool ? { producer: 'pool', key: alice } : { producer: 'bp', key: bp };
  const block = signBlock({ parent, slot, nonce, ...by });
  return { ...block, state: tree.follow(block.header) as HeaderState };
}

test('a leak names its signer, and keeps the proof: header and signature give the key again', () => {
  const made = world();
  const { frame, header } = on(made, root, SLOT);
  made.suspects.sawPublic(frame, header);
  made.suspects.leak({ id: header.id, slot: header.slot, num: header.num, previous: header.previous });
  const [leak] = made.events;
  assert.ok(leak?.type === 'leak');
  const { slot, num, signer, member, held } = leak;
  assert.deepEqual([slot, num, signer, member, held], [SLOT, root.num + 1, alice.id, 'alice', false]);
  const state = made.tree.get(header.id) as HeaderState;
  const digest = signatureDigest(sha256(Buffer.from(leak.header, 'hex')), rootOf(state.merkle), state.scheduleHash);
  const bytes = Buffer.from(leak.signature.replace('0:', ''), 'hex');
  assert.equal(recoverKey(digest, { type: 0, bytes }), alice.id);
  assert.deepEqual(
    [leak.root, leak.schedule],
    [rootOf(state.merkle).toString('hex'), state.scheduleHash.toString('hex')],
  );
  assert.deepEqual(made.leaked, [{ id: header.id, previous: root.id, slot: SLOT, cpuUs: 0 }]);
});

test('a leak of a block that a member had sent here as well says so', () => {
  const made = world();
  const { frame, header } = on(made, root, SLOT);
  made.frames.sawCandidate(header.id);
  made.suspects.sawPublic(frame, header);
  made.suspects.leak({ id: header.id, slot: header.slot, num: header.num, previous: header.previous });
  const [leak] = made.events;
  assert.ok(leak?.type === 'leak' && leak.held);
});

test('a leak on an unknown parent keeps its header and signature, without a signer', () => {
  const made = world();
  const { frame, header } = on(world(), root, SLOT);
  const stranger = signBlock({ parent: on(world(), root, SLOT).state, slot: SLOT + 1, producer: 'pool', key: alice });
  assert.ok(frame && header);
  made.suspects.sawPublic(stranger.frame, stranger.header);
  const { id, slot, num, previous } = stranger.header;
  made.suspects.leak({ id, slot, num, previous });
  const [leak] = made.events;
  assert.ok(leak?.type === 'leak');
  assert.deepEqual([leak.signer, leak.member, leak.root], [null, null, undefined]);
  assert.ok(leak.header.length > 200 && leak.signature.length === 2 + 130);
});

test('evidence is kept for the newest blocks only', () => {
  const made = world();
  let parent = root;
  const all = Array.from({ length: 30 }, (_, k) => {
    const block = on(made, parent, SLOT + 24 * Math.floor(k / 12) + (k % 12));
    parent = block.state;
    made.suspects.sawPublic(block.frame, block.header);
    return block.header;
  });
  for (const { id, slot, num, previous } of all) made.suspects.leak({ id, slot, num, previous });
  const proven = made.events.filter((event) => event.type === 'leak' && event.header !== '');
  assert.equal(proven.length, 24);
});

interface Poison extends World {
  written: WrittenBlocks;
  /** The pool's first window in public, then the other producer's, then the next pool window's parent. */
  emitted: HeaderState[];
  between: HeaderState;
  compare(candidate: Signed): string[];
}

/** The member was given the pool's window WINDOW; then bp's window passed. */
function poison(): Poison {
  const made = world();
  const written = new WrittenBlocks();
  const emitted: HeaderState[] = [];
  let parent = root;
  for (let k = 0; k < 12; k++) {
    parent = on(made, parent, SLOT + k).state;
    emitted.push(parent);
    written.wrote(parent.id, SLOT + k, slotTime(SLOT + 11) + 150);
  }
  for (let k = 0; k < 12; k++) parent = on(made, parent, SLOT + 12 + k).state;
  made.tip.block = parent;
  made.time.now = slotTime(SLOT + 24) - 50;
  const link = { written } as unknown as MemberLink;
  const compare = (candidate: Signed) => {
    made.suspects.compare(link, candidate.header, alice.id);
    return made.events.flatMap((event) => (event.type === 'poisoned' ? [event.id] : []));
  };
  return { ...made, written, emitted, between: parent, compare };
}

test('a member whose next branch stands on what it was given is well', () => {
  const made = poison();
  assert.deepEqual(made.compare(on(made, made.between, SLOT + 24, 1)), []);
});

test('a member whose next branch leaves it out is poisoned, told once a window', () => {
  const made = poison();
  // It never took the last two of the window, nor what was built on them.
  const stale = on(made, made.emitted[9] as HeaderState, SLOT + 24, 1);
  const next = on(made, stale.state, SLOT + 25, 1);
  made.compare(stale);
  assert.deepEqual(made.compare(next), [made.emitted[11]?.id]);
  const [event] = made.events;
  assert.ok(event?.type === 'poisoned');
  assert.deepEqual([event.signer, event.member, event.slot], [alice.id, 'alice', SLOT + 24]);
});

test('a block that is public no more is nothing to hold against a member', () => {
  const made = poison();
  let fork = made.emitted[9] as HeaderState;
  for (let k = 12; k < 24; k++) fork = on(made, fork, SLOT + k, 7).state;
  made.tip.block = fork;
  assert.deepEqual(made.compare(on(made, fork, SLOT + 24, 1)), []);
});

test('what was written in the last second may still be on its way into the node', () => {
  const written = new WrittenBlocks();
  written.wrote('old', SLOT, 0);
  written.wrote('new', SLOT + 5, 5000);
  assert.equal(written.ancestorOf(SLOT + 8, 5999)?.id, 'old');
  assert.equal(written.ancestorOf(SLOT + 8, 6000)?.id, 'new');
  assert.equal(written.ancestorOf(SLOT + 5, 6000)?.id, 'old', 'nor one for its own slot');
});

test('a block of the running window that a member was given while it could produce must be in its branch', () => {
  const made = poison();
  const first = on(made, made.between, SLOT + 24);
  made.tip.block = first.state;
  made.written.wrote(first.header.id, SLOT + 24, slotTime(SLOT + 24));
  made.time.now = slotTime(SLOT + 24) + 1000;
  const beside = on(made, made.between, SLOT + 26, 1);
  const besideNext = on(made, beside.state, SLOT + 27, 1);
  assert.deepEqual(made.compare(besideNext), [first.header.id]);
});

test('in the window just after the pool’s own a member may still be on its own branch', () => {
  const written = new WrittenBlocks();
  written.wrote('block', SLOT, 0);
  assert.equal(written.ancestorOf(firstSlot(WINDOW + 1), 10_000), null);
  assert.equal(written.ancestorOf(firstSlot(WINDOW + 2), 10_000)?.id, 'block');
});

test('a member whose window begins on an earlier one that nobody else has is told of, once a window', () => {
  const made = poison();
  const stranded = () =>
    made.events.flatMap((event) => (event.type === 'fault' ? [`${event.code} ${event.text}`] : []));
  // A whole window of the member's that did not leave: here the other producer's blocks are on another branch.
  const own = on(made, made.emitted[3] as HeaderState, SLOT + 4, 5);
  made.frames.sawCandidate(own.header.id);
  const next = on(made, own.state, SLOT + 24, 5);
  made.frames.sawCandidate(next.header.id);
  made.compare(next);
  made.compare(on(made, next.state, SLOT + 25, 5));
  assert.equal(stranded().length, 1);
  assert.match(stranded()[0] ?? '', /^stranded alice builds on its own block \d+ of an earlier window/);
  made.compare(on(made, made.between, SLOT + 24));
  assert.equal(stranded().length, 1, 'on a public block');
  made.frames.sawPublic(own.header.id);
  made.compare(on(made, own.state, SLOT + 48, 6));
  assert.equal(stranded().length, 1, 'that block was public');
});

test('a tree that does not reach back proves nothing', () => {
  const made = poison();
  const other = world();
  const stranger = on(other, on(other, root, SLOT, 9).state, SLOT + 24, 1);
  assert.deepEqual(made.compare(stranger), []);
});
