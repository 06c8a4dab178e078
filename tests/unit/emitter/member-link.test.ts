import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { stringToName } from '../../../common/name.ts';
import { firstSlot, lastSlot, SLOT_MS, slotTime, windowOf } from '../../../common/slot.ts';
import { decodeBlockHeader } from '../../../emitter/decode/block.ts';
import { decodeHandshake } from '../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE } from '../../../emitter/decode/message.ts';
import { ID_LIST, noticeBlockMode } from '../../../emitter/decode/notice.ts';
import { type LinkContext, MemberLink } from '../../../emitter/relay/member-link.ts';
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
  told: { candidates: string[]; publicBlocks: string[]; faults: string[]; closed: string[] };
  time: { now: number };
  isPrivate: Set<string>;
  /** Whether the member is paused, in standby mode. */
  follows: { on: boolean };
}

function bench(): Bench {
  const member = new FakeSocket();
  const relay = new FakeSocket();
  const told: Bench['told'] = { candidates: [], publicBlocks: [], faults: [], closed: [] };
  const time = { now: slotTime(firstSlot(WINDOW)) };
  const isPrivate = new Set<string>();
  const follows = { on: false };
  const shown: { id: string; frame: Buffer; slot: number }[] = [];
  const context: LinkContext = {
    pool: stringToName('pool'),
    now: () => time.now,
    isPoolWindow: (window) => window === WINDOW,
    publicTip: () => ({ num: blockNumber(40).num, id: blockNumber(40).id }),
    isPrivate: (id) => isPrivate.has(id),
    mayProduce: () => !follows.on,
    branch: (window) => shown.filter(({ slot }) => windowOf(slot) === window),
    onCandidate: (_, frame) => told.candidates.push(idOf(frame)),
    onPublicBlock: (frame, { id, slot, producer }) => {
      told.publicBlocks.push(id);
      if (producer === stringToName('pool')) shown.push({ id, slot, frame: Buffer.from(frame) });
    },
    onFault: (_, code) => told.faults.push(code),
    onClose: (_, reason) => told.closed.push(reason),
  };
  const link = new MemberLink(1, member.asSocket(), relay.asSocket(), context);
  return { link, member, relay, told, time, isPrivate, follows };
}

function idOf(frame: Buffer): string {
  const decoded = decodeBlockHeader(frame);
  assert.ok(decoded.ok);
  return decoded.value.id;
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

test('the relay node’s go_away is not passed on: the member just sees a lost connection', () => {
  for (const body of [Buffer.alloc(36, 1), Buffer.alloc(0), Buffer.alloc(3)]) {
    const { member, relay, told } = bench();
    relay.arrive(frameOf(MESSAGE.goAway, body));
    assert.deepEqual(member.sent, []);
    assert.ok(member.closed !== null && relay.closed !== null);
    assert.equal(told.faults.length, 1);
  }
});

test('one side lost closes the other, and it is told once', () => {
  for (const side of ['member', 'relay'] as const) {
    const made = bench();
    made[side].close('gone');
    assert.ok(made.member.closed !== null && made.relay.closed !== null);
    assert.equal(made.told.closed.length, 1);
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
