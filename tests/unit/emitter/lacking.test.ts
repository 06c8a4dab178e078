import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import type { ChainClient } from '../../../common/chain.ts';
import { chainRecord, GENESIS_HASH } from '../../../common/events.ts';
import { firstSlot, slotInWindow, slotTime } from '../../../common/slot.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { decodeHandshake, withHead } from '../../../emitter/decode/handshake.ts';
import { encodeSyncRequest } from '../../../emitter/decode/sync-request.ts';
import { Emitter } from '../../../emitter/emitter.ts';
import type { EventStore } from '../../../emitter/log/store.ts';
import { LackingBlocks } from '../../../emitter/relay/lacking.ts';
import type { SelectEvent } from '../../../emitter/select/types.ts';
import type { FrameSocket } from '../../../emitter/session/frame-socket.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { FakeSocket } from '../../support/fake-socket.ts';
import { MemoryStore } from '../../support/memory-store.ts';
import { cases, fc } from '../../support/property.ts';
import { poolWindow } from '../../support/select-world.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';
import { messages } from '../../support/vectors.ts';

const FIRST = firstSlot(poolWindow(0));

test('a request is the bytes that a node sends', () => {
  for (const { frame } of messages.syncRequest) {
    assert.deepEqual(encodeSyncRequest(frame.readUInt32LE(5), frame.readUInt32LE(9)), frame);
  }
  assert.ok(messages.syncRequest.length > 0);
});

test('the first block of a connection: the window’s before it are lacking; later ones are not, nor in slot 0', () => {
  const asks = (...blocks: [number, number][]) => {
    const lacking = new LackingBlocks();
    return blocks.map(([num, k]) => {
      lacking.sent({ num, slot: FIRST + k, id: 'aa' });
      const asked = lacking.below();
      return asked && { from: asked.from, to: asked.to };
    });
  };
  assert.deepEqual(asks([108, 8]), [{ from: 100, to: 107 }]);
  assert.deepEqual(asks([100, 0], [101, 1], [102, 2]), [null, null, null]);
  assert.deepEqual(asks([101, 1], [104, 4]), [{ from: 100, to: 100 }, null]);
  // Once a window, and a newer window again; a branch that is lower than the last one is another.
  assert.deepEqual(asks([108, 8], [112, 8 + 24]), [
    { from: 100, to: 107 },
    { from: 109, to: 111 },
  ]);
  assert.deepEqual(asks([108, 8], [106, 4 + 24]), [
    { from: 100, to: 107 },
    { from: 102, to: 105 },
  ]);
});

test('whatever a member sends: at most eleven blocks below its newest are asked for, once a window', () => {
  const sent = fc.array(fc.tuple(fc.nat(0xffff_ffff), fc.nat(60)), { maxLength: 60 });
  fc.assert(
    fc.property(sent, (blocks) => {
      const lacking = new LackingBlocks();
      const asked = new Set<number>();
      for (const [num, later] of blocks) {
        const slot = FIRST + later;
        lacking.sent({ num, slot, id: 'aa' });
        const range = lacking.below();
        if (!range) continue;
        const window = slot - slotInWindow(slot);
        assert.ok(!asked.has(window));
        asked.add(window);
        assert.ok(range.to === num - 1 && range.from <= range.to && range.from >= 1);
        assert.ok(range.to - range.from < 11);
      }
    }),
    cases(500),
  );
});

const greeting = (messages.handshake[0] as { frame: Buffer }).frame;
const shake = decodeHandshake(greeting);
const libOffset = shake.ok ? shake.value.libOffset : 0;

const [m0, m1] = ['m0', 'm1'].map(signingKey) as [ReturnType<typeof signingKey>, ReturnType<typeof signingKey>];
const root = rootState(schedule(5, [['pool', [m0, m1]]]), FIRST - 1);

/** A member's own branch from the previous producer's last block on, one block a slot. */
function branchOf(key: typeof m0, nonce: number): Signed[] {
  const tree = new HeaderTree(100);
  tree.add(root);
  let parent = root;
  return Array.from({ length: 12 }, (_, k) => {
    const made = signBlock({ parent, slot: FIRST + k, producer: 'pool', key, nonce, confirmed: k === 0 ? 1 : 0 });
    parent = tree.follow(made.header) as HeaderState;
    return made;
  });
}

/** What the test reaches into: the wiring has no other door without sockets. */
interface Inside {
  chooser: { dispatch(event: SelectEvent): void; restore(store: EventStore): void; stop(): void };
  public: { tree: HeaderTree };
  journal: { write(): boolean };
  outside: { up: boolean; isRelayBehind: boolean; send(frame: Buffer): boolean; stop(): void };
  onMember(socket: FrameSocket): void;
  onPublicBlock(frame: Buffer, header: Signed['header']): void;
}

/** An emitter that was killed after m0's block of slot 4 had left, and is back in slot `back` with that window's blocks from the relay node. */
function restarted(back: number) {
  const leader = branchOf(m0, 1);
  const said = { type: 'decision', at: 1, signer: m0.id, member: null, reason: 'extend' } as const;
  const decided = leader.slice(0, 5).map(({ header: { slot, id, num } }, seq) => {
    return chainRecord(seq, poolWindow(0), { ...said, slot, id, num, replaces: [] }, GENESIS_HASH);
  });
  const store = new MemoryStore();
  store.decided = decided;
  const time = { now: slotTime(FIRST + back) - 300 };
  const sent: Buffer[] = [];
  const config = emitterConfig.parse({
    ...{ EMITTER_POOL: 'pool', EMITTER_DAC: 'dac' },
    ...{ EMITTER_RELAY_API: 'http://127.0.0.1:1', EMITTER_RELAY_P2P: '127.0.0.1:1' },
  });
  const post = async () => Promise.reject(new Error('no such block'));
  const emitter = new Emitter({
    ...{ config, clock: { now: () => time.now }, store, logger: pino({ level: 'silent' }) },
    chain: { url: 'http://127.0.0.1:1', post, info: post } as unknown as ChainClient,
  });
  const inside = emitter as unknown as Inside;
  inside.outside = { up: true, isRelayBehind: false, send: (frame) => sent.push(frame) > 0, stop: () => {} };
  inside.public.tree.add(root);
  const { id, num, slot, previous } = root;
  inside.chooser.dispatch({ type: 'public', at: time.now, block: { id, num, slot, previous }, pool: false });
  inside.chooser.restore(store);
  for (const { frame, header } of leader.slice(0, 5)) inside.onPublicBlock(frame, header);
  /** A member's node that dials: it sends its blocks from slot `from` on as they are due, and answers what it is asked. */
  const dial = (branch: Signed[]) => {
    const socket = new FakeSocket();
    inside.onMember(socket.asSocket());
    const ranges: [number, number][] = [];
    const make = (k: number) => {
      time.now = Math.max(time.now, slotTime(FIRST + k) - 50);
      say((branch[k] as Signed).frame);
    };
    const say = (frame: Buffer) => {
      const before = socket.sent.length;
      socket.arrive(frame);
      for (const frame of socket.sent.slice(before)) {
        if (frame[4] !== 6) continue;
        ranges.push([frame.readUInt32LE(5), frame.readUInt32LE(9)]);
        const [from = 0, to = 0] = ranges.at(-1) ?? [];
        socket.arrive(
          ...branch.filter(({ header }) => header.num >= from && header.num <= to).map((each) => each.frame),
        );
      }
    };
    /** Its first handshake, with the block of slot `k` as its head. */
    const greet = (k: number) => {
      const { num, id } = (branch[k] as Signed).header;
      say(withHead(greeting, libOffset, num, id));
    };
    return { make, greet, ranges };
  };
  const stop = () => {
    emitter.stop();
    // Connections that ended with it have made it look ahead again.
    inside.chooser.stop();
  };
  const told = () => {
    inside.journal.write();
    return store.events;
  };
  const slots = () => {
    const ids = new Map(
      told().flatMap((event) => (event.type === 'emission' ? [[event.slot, event.id] as const] : [])),
    );
    return [...ids].map(([each, one]) => `${each - FIRST} ${one.slice(0, 12)}`);
  };
  const names = (branch: Signed[], from: number) =>
    branch.slice(from).map(({ header }) => `${header.slot - FIRST} ${header.id.slice(0, 12)}`);
  return { leader, dial, told, slots, names, time, sent, inside, stop };
}

test('the leader made blocks while the emitter was away: it is asked for them, and no slot is lost', () => {
  const { leader, dial, told, slots, names, stop } = restarted(8);
  const node = dial(leader);
  for (const k of [8, 9, 10, 11]) node.make(k);
  const events = told();
  stop();
  const num = (k: number) => leader[k]?.header.num ?? 0;
  assert.deepEqual(node.ranges, [[num(0), num(7)]]);
  assert.deepEqual(slots(), names(leader, 5));
  const asked = events.flatMap((event) => (event.type === 'asked' ? [event] : []));
  assert.deepEqual(
    asked.map(({ from, to, id, slot }) => [from, to, id, slot - FIRST]),
    [[num(0), num(7), leader[8]?.header.id, 8]],
  );
  const verdicts = events.flatMap((event) =>
    event.type === 'candidate' ? [`${event.slot - FIRST} ${event.verdict}`] : [],
  );
  assert.deepEqual(
    verdicts.sort(),
    [
      '0 late',
      '1 late',
      '10 valid',
      '11 valid',
      '2 late',
      '3 late',
      '4 late',
      '5 late',
      '6 late',
      '7 valid',
      '8 valid',
      '9 valid',
    ].sort(),
  );
});

test('the leader’s last block was made before its node had dialled: it is asked by its head, and no slot is lost', () => {
  const { leader, dial, told, slots, names, time, stop } = restarted(8);
  time.now = slotTime(FIRST + 11) - 550;
  const node = dial(leader);
  node.greet(11);
  const events = told();
  stop();
  const num = (k: number) => leader[k]?.header.num ?? 0;
  assert.deepEqual(node.ranges, [[num(0), num(11)]]);
  assert.deepEqual(slots(), names(leader, 5));
  const asked = events.flatMap((event) => (event.type === 'asked' ? [[event.id, event.from, event.to]] : []));
  assert.deepEqual(asked, [[leader[11]?.header.id, num(0), num(11)]]);
});

test('another member is asked as well: its branch is whole, and takes the leader’s place when that had time to dial', () => {
  const { dial, slots, names, time, inside, stop, told } = restarted(6);
  const other = branchOf(m1, 2);
  const node = dial(other);
  node.make(6);
  node.make(7);
  assert.deepEqual(slots(), [], 'the leader’s node may still be dialling');
  time.now += 1100;
  inside.chooser.dispatch({ type: 'tick', at: time.now });
  node.make(8);
  const events = told();
  stop();
  assert.deepEqual(slots(), names(other, 0).slice(0, 9));
  const rescue = events.find((event) => event.type === 'rescue');
  assert.deepEqual([rescue?.cause, rescue?.failed, rescue?.replaced.length], ['connection_lost', m0.id, 5]);
});

test('the leader comes in time: the others’ branches stay where they are', () => {
  const { leader, dial, slots, names, stop, told } = restarted(6);
  dial(branchOf(m1, 2)).make(6);
  const node = dial(leader);
  for (const k of [6, 7, 8, 9, 10, 11]) node.make(k);
  const events = told();
  stop();
  assert.deepEqual(slots(), names(leader, 5));
  assert.ok(events.every(({ type }) => type !== 'rescue' && type !== 'leak'));
});
