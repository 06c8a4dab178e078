import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { stringToName } from '../../../common/name.ts';
import { firstSlot, lastSlot, SLOT_MS, slotTime, windowOf } from '../../../common/slot.ts';
import { decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { decodeHandshake, withHead } from '../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE } from '../../../emitter/decode/message.ts';
import { ID_LIST, noticeBlockMode } from '../../../emitter/decode/notice.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { type LinkContext, MemberLink } from '../../../emitter/relay/member-link.ts';
import type { RecentBlock } from '../../../emitter/relay/recent.ts';
import type { Head } from '../../../emitter/session/peer-session.ts';
import { FakeSocket } from '../../support/fake-socket.ts';
import { cases, fc } from '../../support/property.ts';
import { blockNumber, candidates, chain, messages } from '../../support/vectors.ts';

// The captured window 41 to 52 is M2's branch in public; bp1 made 40 and 53.
const WINDOW = windowOf(blockNumber(41).slot);
const own = candidates.filter(({ member, num }) => member === 'M1' && num <= 52).map(({ frame }) => frame);

interface Bench {
  link: MemberLink;
  member: FakeSocket;
  relay: FakeSocket;
  /** Ways to the relay node in the order they were dialled; `relay` is the first. */
  dials: FakeSocket[];
  told: {
    candidates: string[];
    partial: string[];
    publicBlocks: string[];
    faults: string[];
    closed: string[];
    lost: string[];
    dropped: number;
    asked: [number, number][];
  };
  time: { now: number };
  isPrivate: Set<string>;
  /** Public blocks below the next block that comes. */
  below: RecentBlock[];
  /** Whether the member is paused, in standby mode. */
  follows: { on: boolean };
}

/** What the relay node tells of itself when it is back. */
const HEAD = {
  ...{ libNum: blockNumber(36).num, libId: blockNumber(36).id },
  ...{ headNum: blockNumber(44).num, headId: blockNumber(44).id },
};

function bench(relayHead: () => Promise<Head> = async () => HEAD): Bench {
  const member = new FakeSocket();
  const dials: FakeSocket[] = [];
  const dialRelay = () => {
    const socket = new FakeSocket();
    dials.push(socket);
    return socket.asSocket();
  };
  const told: Bench['told'] = {
    candidates: [],
    partial: [],
    publicBlocks: [],
    faults: [],
    closed: [],
    lost: [],
    dropped: 0,
    asked: [],
  };
  const blocks = new Set(Array.from({ length: 20 }, (_, k) => blockNumber(36 + k).id));
  const time = { now: slotTime(firstSlot(WINDOW)) };
  const isPrivate = new Set<string>();
  const follows = { on: false };
  const below: RecentBlock[] = [];
  const shown: { id: string; frame: Buffer; slot: number }[] = [];
  const context: LinkContext = {
    pool: stringToName('pool'),
    now: () => time.now,
    isPoolWindow: (window) => window === WINDOW,
    publicTip: () => ({ num: blockNumber(40).num, id: blockNumber(40).id }),
    isPrivate: (id) => isPrivate.has(id),
    isKnown: (id) => blocks.has(id),
    onAsked: (_, { from, to }) => told.asked.push([from, to]),
    mayProduce: () => !follows.on,
    branch: (window) => shown.filter(({ slot }) => windowOf(slot) === window),
    upTo: () => below,
    headerOf: () => null,
    onPartialBlock: (_, frame, filled) => told.partial.push(`${idOf(frame)} ${filled}`),
    onCandidate: (_, frame) => told.candidates.push(idOf(frame)),
    onPublicBlock: (frame, { id, slot, producer }) => {
      told.publicBlocks.push(id);
      if (producer === stringToName('pool')) shown.push({ id, slot, frame: Buffer.from(frame) });
    },
    relayHead,
    onRelayLost: (_, reason) => told.lost.push(reason),
    onDropped: () => {
      told.dropped++;
    },
    onFault: (_, code) => told.faults.push(code),
    onClose: (_, reason) => told.closed.push(reason),
  };
  const link = new MemberLink(1, member.asSocket(), dialRelay, context);
  const relay = dials[0] as FakeSocket;
  return { link, member, relay, dials, told, time, isPrivate, below, follows };
}

function idOf(frame: Buffer): string {
  const decoded = decodeBlockHeader(frame);
  assert.ok(decoded.ok);
  return decoded.value.id;
}

function publicBlock(num: number): RecentBlock {
  const { id, slot, previous, frame, producer } = blockNumber(num);
  return { id, num, slot, previous, frame, pool: producer === 'pool' };
}

function hex(frames: Buffer[]): string[] {
  return frames.map((frame) => frame.toString('hex'));
}

test('transactions and time messages pass both ways as the bytes they came in', () => {
  const { member, relay } = bench();
  const frames = [...messages.packedTransaction, ...messages.time].map(({ frame }) => frame);
  member.arrive(...frames);
  relay.arrive(...frames);
  assert.deepEqual(relay.texts, hex(frames));
  assert.deepEqual(member.texts, hex(frames));
});

test('a member’s requests reach the relay node; the relay node’s do not reach a member', () => {
  const { member, relay } = bench();
  const frames = [...messages.request, ...messages.syncRequest].map(({ frame }) => frame);
  member.arrive(...frames);
  assert.deepEqual(relay.texts, hex(frames));
  relay.arrive(...frames);
  assert.deepEqual(member.sent, []);
});

test('a member’s catch-up notices are kept, its others pass', () => {
  const { member, relay } = bench();
  member.arrive(...messages.notice.map(({ frame }) => frame));
  const passing = messages.notice.filter(({ frame }) => noticeBlockMode(frame) !== ID_LIST.catchUp);
  assert.ok(passing.length < messages.notice.length);
  assert.deepEqual(relay.texts, hex(passing.map(({ frame }) => frame)));
});

test('pool blocks of a member are candidates and go nowhere by themselves; others’ blocks it passes on are dropped', () => {
  const { member, relay, told } = bench();
  member.arrive(...own, blockNumber(40).frame);
  assert.deepEqual(told.candidates, own.map(idOf));
  assert.deepEqual(relay.sent, []);
});

test('an unknown message type passes', () => {
  const { member, relay } = bench();
  const vote = frameOf(9, Buffer.from('a vote of a newer version'));
  member.arrive(vote);
  relay.arrive(vote);
  assert.deepEqual(relay.texts, hex([vote]));
  assert.deepEqual(member.texts, hex([vote]));
});

test('pool blocks in public are held, and handed over in order after the member’s slot 11, before the next producer’s', () => {
  const { link, member, relay, told, time } = bench();
  const window = Array.from({ length: 12 }, (_, k) => blockNumber(41 + k));
  for (const [k, { frame, slot }] of window.entries()) {
    time.now = slotTime(slot) - 50;
    relay.arrive(frame);
    if (k < 11) member.arrive(own[k] as Buffer);
    if (k < 11) assert.deepEqual(member.sent, [], `slot ${k}`);
  }
  member.arrive(own[11] as Buffer);
  assert.deepEqual(member.texts, hex(window.map(({ frame }) => frame)));
  relay.arrive(blockNumber(53).frame);
  assert.equal(member.texts[12], blockNumber(53).frame.toString('hex'));
  assert.equal(told.publicBlocks.length, 13);
  link.close('end');
});

test('time ends the hold also when nothing comes', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay, time } = bench();
    relay.arrive(blockNumber(41).frame, blockNumber(42).frame);
    const end = slotTime(lastSlot(WINDOW)) + 150;
    mock.timers.tick(end - time.now - 1);
    assert.deepEqual(member.sent, []);
    mock.timers.tick(1);
    assert.deepEqual(member.texts, hex([blockNumber(41).frame, blockNumber(42).frame]));
    link.close('end');
  } finally {
    mock.timers.reset();
  }
});

test('a paused member gets the window’s blocks as they come; one that is paused in the middle gets what was kept first', () => {
  const { link, member, relay, follows } = bench();
  const frames = [41, 42, 43].map((num) => blockNumber(num).frame);
  relay.arrive(frames[0] as Buffer);
  assert.deepEqual(member.sent, []);
  follows.on = true;
  link.release();
  assert.deepEqual(member.texts, hex(frames.slice(0, 1)));
  relay.arrive(...frames);
  assert.deepEqual(member.texts, hex(frames));
  link.release();
  assert.equal(member.sent.length, 3);
  link.close('end');
});

test('a closed link leaves no timer behind and hands nothing over', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay } = bench();
    relay.arrive(blockNumber(41).frame);
    link.close('end');
    mock.timers.tick(20_000);
    assert.deepEqual(member.sent, []);
  } finally {
    mock.timers.reset();
  }
});

test('while held, the relay node’s handshakes are kept, and one is sent after the flush', () => {
  const { link, member, relay, time } = bench();
  const shakes = messages.handshake.map(({ frame }) => frame);
  relay.arrive(shakes[0] as Buffer);
  assert.deepEqual(member.texts, hex([shakes[0] as Buffer]));
  relay.arrive(blockNumber(41).frame, ...shakes);
  assert.equal(member.sent.length, 1);
  time.now = slotTime(lastSlot(WINDOW)) + 150 + SLOT_MS;
  relay.arrive(blockNumber(53).frame);
  const last = shakes[shakes.length - 1] as Buffer;
  assert.deepEqual(member.texts.slice(1), hex([blockNumber(41).frame, last, blockNumber(53).frame]));
  link.close('end');
});

test('a member that comes in a window of the pool’s with a higher head that is not known is asked for its branch, once', () => {
  const [frame] = messages.handshake.map((each) => each.frame);
  const decoded = decodeHandshake(frame as Buffer);
  assert.ok(decoded.ok && decoded.value.generation === 1);
  const { libOffset } = decoded.value;
  const dials = (num: number, id: string, more: { k?: number; window?: number } = {}) => {
    const { member, told, time } = bench();
    time.now = slotTime(firstSlot(WINDOW + (more.window ?? 0)) + (more.k ?? 8));
    const greeting = withHead(frame as Buffer, libOffset, num, id);
    member.arrive(greeting, greeting);
    return { asked: told.asked, requests: member.sent.filter((each) => each[4] === MESSAGE.syncRequest).length };
  };
  const tip = blockNumber(40).num;
  const unknown = 'ee'.repeat(32);
  assert.deepEqual(dials(tip + 9, unknown), { asked: [[tip - 1, tip + 9]], requests: 1 });
  assert.deepEqual(dials(tip + 9, blockNumber(49).id).asked, []);
  assert.deepEqual(dials(tip, unknown).asked, []);
  assert.deepEqual(dials(tip + 9, unknown, { window: 1 }).asked, []);
  assert.deepEqual(dials(tip + 12, unknown, { k: 11 }).asked[0], [tip + 1, tip + 12]);
  assert.deepEqual(dials(tip + 1, unknown, { k: 0 }).asked[0], [tip - 1, tip + 1]);
});

test('a private head is not told to the relay node, a public one is', () => {
  const { member, relay, isPrivate } = bench();
  const { frame } = messages.handshake[0] as { frame: Buffer };
  const decoded = decodeHandshake(frame);
  assert.ok(decoded.ok);
  member.arrive(frame);
  assert.deepEqual(relay.texts, hex([frame]));
  isPrivate.add(decoded.value.headId);
  member.arrive(frame);
  const told = decodeHandshake(relay.sent[1] as Buffer);
  assert.ok(told.ok);
  assert.deepEqual([told.value.headNum, told.value.headId], [blockNumber(40).num, blockNumber(40).id]);
  assert.equal(told.value.libNum, decoded.value.libNum);
});

/** Lets what was promised happen, timers excepted. */
async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

const handshake = (messages.handshake[0] as { frame: Buffer }).frame;

/** Where the last irreversible block stands in it. */
function headOffset(): number {
  const decoded = decodeHandshake(handshake);
  assert.ok(decoded.ok);
  return decoded.value.libOffset;
}

function headOf(frame: Buffer | undefined) {
  const decoded = decodeHandshake(frame as Buffer);
  assert.ok(decoded.ok);
  const { libNum, headNum, headId } = decoded.value;
  return { libNum, headNum, headId };
}

test('the relay node’s go_away is not passed on: the member stays, and the relay node is dialled again', async () => {
  for (const body of [Buffer.alloc(36, 1), Buffer.alloc(0), Buffer.alloc(3)]) {
    mock.timers.enable({ apis: ['setTimeout'] });
    const { link, member, relay, dials, told } = bench();
    relay.arrive(frameOf(MESSAGE.goAway, body), ...messages.time.map(({ frame }) => frame));
    assert.deepEqual(member.sent, [], 'nor what came behind it');
    assert.equal(member.closed, null);
    assert.notEqual(relay.closed, null);
    assert.match(told.lost.join(), /^relay_said_go_away_\d*$/);
    mock.timers.tick(100);
    await turns();
    assert.equal(dials.length, 2);
    link.close('end');
    mock.timers.reset();
  }
});

test('the relay node lost: the member stays, its first handshake is said again with the relay node’s own head', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay, dials } = bench();
    member.arrive(handshake);
    const later = Buffer.from(handshake);
    later.writeUInt16LE(7, later.length - 2);
    member.arrive(later);
    relay.close('ECONNRESET');
    assert.equal(link.relayUp, false);
    mock.timers.tick(100);
    await turns();
    const [, again] = dials;
    assert.equal(link.relayUp, true);
    assert.deepEqual(headOf(again?.sent[0]), { libNum: HEAD.libNum, headNum: HEAD.headNum, headId: HEAD.headId });
    assert.equal(again?.sent[0]?.readUInt16LE(handshake.length - 2), 1, 'the first handshake, of generation 1');
    const transaction = messages.packedTransaction[0] as { frame: Buffer };
    member.arrive(transaction.frame);
    assert.deepEqual(again?.texts.slice(1), hex([transaction.frame]));
    again?.arrive(handshake);
    assert.deepEqual(member.texts.slice(1), hex([handshake]), 'after the emitter’s own');
    link.close('end');
  } finally {
    mock.timers.reset();
  }
});

test('a relay node that does not answer, or is far behind, is asked again at growing intervals', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    let asked = 0;
    const { link, relay, dials } = bench(async () => {
      asked++;
      throw new Error('behind');
    });
    relay.close('ECONNRESET');
    let last = 0;
    const gaps: number[] = [];
    for (let ms = 1; ms <= 30_000 && gaps.length < 9; ms++) {
      mock.timers.tick(1);
      await turns();
      if (asked <= gaps.length) continue;
      gaps.push(ms - last);
      last = ms;
    }
    assert.equal(dials.length, 1);
    for (const [n, gap] of gaps.entries()) {
      const full = Math.min(5000, 100 * 2 ** n);
      assert.ok(gap <= full && gap >= full * 0.75, `delay ${n} was ${gap} ms`);
    }
    link.close('end');
    mock.timers.tick(30_000);
    await turns();
    assert.equal(asked, gaps.length, 'a closed link asks no more');
  } finally {
    mock.timers.reset();
  }
});

test('without the relay node transactions are dropped and counted, and time messages answered', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay, told } = bench();
    relay.close('ECONNRESET');
    for (const { frame } of messages.packedTransaction) member.arrive(frame);
    assert.equal(told.dropped, messages.packedTransaction.length);
    const question = messages.time.find(({ frame }) => frame.readBigInt64LE(5) === 0n) as { frame: Buffer };
    member.arrive(question.frame);
    assert.equal(member.sent[0]?.readBigInt64LE(5), question.frame.readBigInt64LE(21));
    assert.equal(member.sent.length, 1);
    link.close('end');
  } finally {
    mock.timers.reset();
  }
});

test('a member that dials while the relay node is gone gets a handshake, once: its own head, and nothing to sync', () => {
  const { link, member, relay } = bench();
  relay.close('ECONNREFUSED');
  assert.equal(member.sent.length, 0, 'it speaks first');
  member.arrive(handshake, handshake);
  const [told, ...more] = member.sent;
  assert.deepEqual(more, []);
  const [own, theirs] = [decodeHandshake(handshake), decodeHandshake(told as Buffer)];
  assert.ok(own.ok && theirs.ok);
  const { headNum, headId, chainId, networkVersion, nodeId } = own.value;
  const said = theirs.value;
  assert.deepEqual([said.headNum, said.headId, said.chainId, said.libNum], [headNum, headId, chainId, 0]);
  assert.deepEqual([said.networkVersion, said.generation], [networkVersion, 1]);
  assert.notEqual(said.nodeId, nodeId, 'nodeos would take it for itself');
  link.close('end');
});

test('a relay node lost before it answered: the member gets a handshake then; lost after, it has one', () => {
  const early = bench();
  early.member.arrive(handshake);
  assert.deepEqual(early.member.sent, []);
  early.relay.close('ECONNREFUSED');
  assert.equal(early.member.sent.length, 1);
  early.link.close('end');
  const late = bench();
  late.member.arrive(handshake);
  late.relay.arrive(handshake);
  late.relay.close('ECONNRESET');
  assert.deepEqual(late.member.texts, hex([handshake]));
  late.link.close('end');
});

test('a relay node that says nothing gets a bounded number of bytes', () => {
  const { link, member, relay, told } = bench();
  const big = frameOf(MESSAGE.packedTransaction, Buffer.alloc(300_000));
  for (let i = 0; i < 10; i++) member.arrive(big);
  const bytes = () => relay.sent.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes() > 0 && bytes() <= LIMITS.unansweredBytes);
  assert.equal(told.dropped, 10 - relay.sent.length);
  relay.arrive(handshake);
  const before = relay.sent.length;
  for (let i = 0; i < 10; i++) member.arrive(big);
  assert.equal(relay.sent.length, before + 10);
  link.close('end');
});

test('fed with public blocks, a member gets them once, in order, held as from the relay node', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay, time } = bench();
    const blocks = Array.from({ length: 14 }, (_, k) => blockNumber(40 + k));
    const recent: RecentBlock[] = [];
    relay.close('ECONNRESET');
    for (const { num, slot } of blocks) {
      recent.push(publicBlock(num));
      time.now = slotTime(slot) - 20;
      if (num === 53) assert.deepEqual(member.sent, [], 'nothing inside the window');
      link.feed(recent);
    }
    assert.deepEqual(member.texts, hex(blocks.slice(1).map(({ frame }) => frame)));
    link.close('end');
  } finally {
    mock.timers.reset();
  }
});

test('what the member has is not fed again', () => {
  const { link, member, relay } = bench();
  const block = publicBlock(53);
  link.feed([block]);
  link.feed([block]);
  assert.deepEqual(member.texts, hex([block.frame]));
  const next = publicBlock(54);
  relay.arrive(next.frame);
  link.feed([block, next]);
  assert.deepEqual(member.texts, hex([block.frame, next.frame]));
  link.close('end');
});

test('before another producer’s block a member gets the pool’s blocks below it that it lacks: a rescue may have come too late', () => {
  const { link, member, relay, time, below } = bench();
  time.now = slotTime(blockNumber(53).slot);
  below.push(...Array.from({ length: 13 }, (_, k) => publicBlock(40 + k)));
  member.arrive(blockNumber(41).frame, blockNumber(42).frame);
  relay.arrive(blockNumber(53).frame, blockNumber(54).frame);
  const lacking = [...below.filter(({ num }) => num > 42), blockNumber(53), blockNumber(54)];
  assert.deepEqual(member.texts, hex(lacking.map(({ frame }) => frame)), 'once, and not what it made itself');
  assert.deepEqual(link.written.ancestorOf(blockNumber(53).slot + 200, time.now + 5000)?.id, blockNumber(52).id);
  link.close('end');
});

test('it gets them above the height at which it came when nothing is known of what it has', () => {
  const { link, member, relay, time, below } = bench();
  time.now = slotTime(blockNumber(53).slot);
  below.push(...Array.from({ length: 13 }, (_, k) => publicBlock(40 + k)));
  relay.arrive(blockNumber(53).frame);
  assert.deepEqual(member.texts, hex([...below.slice(1), blockNumber(53)].map(({ frame }) => frame)));
  link.close('end');
});

test('others’ blocks between what it has, or says it has, and a new one are written before that one, once', () => {
  for (const has of ['written', 'told'] as const) {
    const { link, member, relay, time, below } = bench();
    time.now = slotTime(blockNumber(56).slot);
    if (has === 'written') relay.arrive(blockNumber(53).frame);
    else member.arrive(withHead(handshake, headOffset(), 53, blockNumber(53).id));
    below.push(...[53, 54].map(publicBlock));
    relay.arrive(blockNumber(55).frame, blockNumber(56).frame);
    const expected = [54, 55, 56].map((num) => blockNumber(num).frame);
    assert.deepEqual(member.texts.slice(has === 'written' ? 1 : 0), hex(expected), has);
    link.close('end');
  }
});

test('others’ blocks far above what a member has are not written to it: they link no better than the new one', () => {
  const { link, member, relay, time, below } = bench();
  time.now = slotTime(blockNumber(56).slot);
  member.arrive(withHead(handshake, headOffset(), 3, blockNumber(40).id));
  below.push(...[54, 55].map(publicBlock));
  relay.arrive(blockNumber(56).frame);
  assert.deepEqual(member.texts, hex([blockNumber(56).frame]));
  link.close('end');
});

test('a member that is still taking old blocks in is not fed with new ones', () => {
  const { link, member } = bench();
  member.arrive(withHead(handshake, headOffset(), 3, blockNumber(40).id));
  link.feed([{ ...blockNumber(53), pool: false }]);
  assert.deepEqual(member.sent, []);
  link.close('end');
});

test('a member lost closes its way to the relay node, and it is told once', () => {
  const made = bench();
  made.member.close('gone');
  assert.ok(made.relay.closed !== null);
  assert.deepEqual(made.told.closed, ['member:gone']);
});

test('a member that says nothing for 70 s is gone; a silent relay node is dialled again', async () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const { link, member, relay, dials } = bench();
    const now = performance.now();
    link.checkSilence(now + 19_000);
    assert.equal(relay.closed, null);
    link.checkSilence(now + 21_000);
    assert.deepEqual([relay.closed, member.closed], ['silent', null]);
    mock.timers.tick(100);
    await turns();
    assert.equal(dials.length, 2);
    link.checkSilence(now + 75_000);
    assert.equal(member.closed, 'member:silent');
  } finally {
    mock.timers.reset();
  }
});

test('a closed link does not begin to hold: no timer keeps the process', () => {
  const { link, relay, told } = bench();
  link.close('end');
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  relay.arrive(blockNumber(41).frame);
  assert.equal(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, before);
  assert.equal(told.closed.length, 1);
});

test('after a fault nothing that came in the same chunk counts any more', () => {
  const { member, relay, told } = bench();
  const garbage = frameOf(MESSAGE.signedBlock, Buffer.from('no block'));
  member.arrive(garbage, ...own, ...messages.packedTransaction.map(({ frame }) => frame));
  assert.equal(told.faults.length, 1);
  assert.equal(told.closed.length, 1);
  assert.deepEqual(told.candidates, [], 'a candidate of a closed session would count its member as connected for ever');
  assert.deepEqual(relay.sent, []);
});

test('whatever bytes come from a member or the relay node, nothing is thrown', () => {
  const sample = [...chain.blocks, ...candidates, ...Object.values(messages).flat()].map(({ frame }) => frame);
  const frame = fc.oneof(
    fc.tuple(fc.nat(12), fc.uint8Array({ maxLength: 200 })).map(([type, bytes]) => frameOf(type, Buffer.from(bytes))),
    fc.tuple(fc.nat(), fc.nat(), fc.nat(255)).map(([which, at, byte]) => {
      const copy = Buffer.from(sample[which % sample.length] as Buffer);
      copy[4 + (at % (copy.length - 4))] = byte;
      return copy;
    }),
    fc.constant(Buffer.from([1, 0, 0, 0, 2])),
  );
  mock.timers.enable({ apis: ['setTimeout'] });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), frame), { maxLength: 20 }), (frames) => {
      const { link, member, relay, told } = bench();
      for (const [up, bytes] of frames) (up ? member : relay).arrive(bytes);
      link.close('end');
      assert.ok(told.closed.length === 1);
    }),
    cases(1000),
  );
  mock.timers.reset();
});

test('what a member’s block has of itself while it arrives is told; of other messages, and of the relay node’s, nothing is', () => {
  const { member, relay, told } = bench();
  const { frame } = blockNumber(41);
  const handshake = (messages.handshake[0] as { frame: Buffer }).frame;
  for (const filled of [4, 5, 300]) member.onProgress(frame, filled);
  member.onProgress(handshake, 100);
  relay.onProgress(frame, 300);
  assert.deepEqual(told.partial, [`${idOf(frame)} 5`, `${idOf(frame)} 300`]);
  member.close('gone');
  member.onProgress(frame, 301);
  assert.equal(told.partial.length, 2);
});
