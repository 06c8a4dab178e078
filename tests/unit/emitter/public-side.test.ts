import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { ChainClient } from '../../../common/chain.ts';
import { systemClock } from '../../../common/clock.ts';
import { decodeHandshake } from '../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE } from '../../../emitter/decode/message.ts';
import { encodeSyncRequest } from '../../../emitter/decode/sync-request.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { PublicSide } from '../../../emitter/public-side.ts';
import type { BlockRef } from '../../../emitter/select/types.ts';
import { type HeaderState, HeaderTree } from '../../../emitter/verify/header-tree.ts';
import { rootState, type Signed, schedule, signBlock, signingKey } from '../../support/signed-chain.ts';
import { messages, chain as vectors } from '../../support/vectors.ts';

const SLOT = 12_000_012;
const bp = signingKey('bp');
const root = rootState(schedule(5, [['bp', [bp]]]), SLOT - 1);

/** Blocks of the network's only producer, each on the one before. */
const blocks: Signed[] = [];
const states: HeaderState[] = [root];
{
  const tree = new HeaderTree(100);
  tree.add(root);
  for (let k = 0; k < 12; k++) {
    const block = signBlock({ parent: states[k] as HeaderState, slot: SLOT + k, producer: 'bp', key: bp });
    blocks.push(block);
    states.push(tree.follow(block.header) as HeaderState);
  }
}

const shake = (messages.handshake[0] as { frame: Buffer }).frame;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (done()) return;
    await sleep(5);
  }
  assert.fail('it did not happen within two seconds');
}

interface Node {
  address: string;
  server: Server;
  sockets: Socket[];
  received: Buffer[];
}

/** A node that answers each connection with a handshake and keeps what it is sent. */
async function node(): Promise<Node> {
  const sockets: Socket[] = [];
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {});
    socket.write(shake);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, sockets, received };
}

interface World {
  side: PublicSide;
  relay: Node;
  peers: Node[];
  tree: HeaderTree;
  told: { blocks: string[]; faults: string[]; states: number; answers: bigint[]; fromRelay: boolean[] };
  info: { head_block_num: number };
  running: { frame: Buffer }[];
}

async function world(peers = 2, running: { frame: Buffer }[] = [], early: string[] = []): Promise<World> {
  const relay = await node();
  const others = await Promise.all(Array.from({ length: peers }, node));
  const told: World['told'] = { blocks: [], faults: [], states: 0, answers: [], fromRelay: [] };
  const tree = new HeaderTree(100);
  tree.add(root);
  const info = { head_block_num: root.num, head_block_id: root.id };
  const lib = { last_irreversible_block_num: root.num - 1, last_irreversible_block_id: '11'.repeat(32) };
  const tip: BlockRef = { id: root.id, num: root.num, slot: root.slot, previous: root.previous };
  const side: PublicSide = new PublicSide({
    ...{ relay: relay.address, clock: systemClock, tree, logger: pino({ level: 'silent' }) },
    chain: { info: async () => ({ ...info, ...lib }) } as unknown as ChainClient,
    tip: () => tip,
    running: () => running,
    isPublic: (id) => told.blocks.includes(id),
    onBlock: (_, header, fromRelay) => {
      told.blocks.push(header.id);
      told.fromRelay.push(fromRelay);
      tree.follow(header);
    },
    onAnswer: (mark) => told.answers.push(mark),
    onState: () => {
      told.states++;
    },
    onFault: (code) => told.faults.push(code),
  });
  side.setPeers(early);
  side.start(
    vectors.chainId,
    others.map(({ address }) => address),
  );
  closers.push(() => side.stop());
  await until(() => side.relayUp && side.peersUp === peers);
  return { side, relay, peers: others, tree, told, info, running };
}

function got({ received }: Node, { frame }: { frame: Buffer }): boolean {
  return Buffer.concat(received).includes(frame);
}

test('a block is written to the relay node and to all public peers, a branch in order on each', async () => {
  const { side, relay, peers } = await world();
  for (const { frame, header } of blocks) assert.equal(side.send(frame, header), true);
  const all = Buffer.concat(blocks.map(({ frame }) => frame));
  for (const each of [relay, ...peers]) await until(() => got(each, { frame: all }));
});

test('the relay node answers behind a block what was asked behind it; a block says from whom it came', async () => {
  const { side, relay, peers, told } = await world(1);
  const [first, second] = blocks as [Signed, Signed];
  side.send(first.frame, first.header);
  const marks = [side.ask(), side.ask()];
  assert.ok(marks[0] !== null && marks[1] !== null && marks[0] !== marks[1]);
  const asked = frameOf(MESSAGE.time, timeBody(0n, marks[0] as bigint));
  await until(() => got(relay, { frame: Buffer.concat([first.frame, asked]) }));
  relay.sockets[0]?.write(frameOf(MESSAGE.time, timeBody(marks[0] as bigint, 5n)));
  await until(() => told.answers.length === 1);
  assert.deepEqual(told.answers, [marks[0]]);
  peers[0]?.sockets[0]?.write(first.frame);
  await until(() => told.blocks.length === 1);
  relay.sockets[0]?.write(second.frame);
  await until(() => told.blocks.length === 2);
  assert.deepEqual(told.fromRelay, [false, true]);
});

function timeBody(origin: bigint, transmit: bigint): Buffer {
  const body = Buffer.alloc(32);
  body.writeBigInt64LE(origin, 0);
  body.writeBigInt64LE(transmit, 16);
  return body;
}

test('a relay node that is ahead of the tip is asked for what is between, unless that is too much; a peer is not', async () => {
  for (const [ahead, isAsked] of [
    [0, false],
    [5, true],
    [LIMITS.lackingBlocks, true],
    [LIMITS.lackingBlocks + 1, false],
  ] as const) {
    const { relay, peers, side, info } = await world(1);
    info.head_block_num = root.num + ahead;
    relay.received.length = 0;
    for (const socket of [...relay.sockets, ...(peers[0]?.sockets ?? [])]) socket.destroy();
    await until(() => relay.sockets.length === 2 && side.relayUp);
    await until(() => peers[0]?.sockets.length === 2 && side.peersUp === 1);
    await until(() => Buffer.concat(relay.received).length > 100);
    await sleep(20);
    const asked = { frame: encodeSyncRequest(root.num + 1, root.num + ahead) };
    assert.equal(got(relay, asked), isAsked, `${ahead} ahead`);
    assert.equal(got(peers[0] as Node, asked), false);
  }
});

test('a public peer is told of the public tip, and of no irreversible block, so that it does not sync from the emitter', async () => {
  const { relay, peers } = await world(1);
  const head = (received: Buffer[]) => {
    const decoded = decodeHandshake(Buffer.concat(received));
    assert.ok(decoded.ok);
    return [decoded.value.libNum, decoded.value.headNum, decoded.value.headId];
  };
  assert.deepEqual(head(peers[0]?.received ?? []), [0, root.num, root.id]);
  assert.deepEqual(head(relay.received), [root.num - 1, root.num, root.id]);
});

test('with the relay node gone blocks still leave by the peers, and only without any session nothing does', async () => {
  const { side, relay, peers } = await world(1);
  const [first, second] = blocks as [Signed, Signed];
  relay.server.close();
  relay.sockets[0]?.destroy();
  await until(() => !side.relayUp);
  assert.deepEqual([side.up, side.isRelayBehind], [true, true]);
  assert.equal(side.send(first.frame, first.header), true);
  await until(() => got(peers[0] as Node, first));
  peers[0]?.server.close();
  peers[0]?.sockets[0]?.destroy();
  await until(() => !side.up);
  assert.equal(side.send(second.frame, second.header), false);
});

test('blocks come in from peers as from the relay node, when their header is one of the network’s', async () => {
  const { peers, told } = await world(2);
  const ids = blocks.map(({ header }) => header.id);
  for (const { frame } of blocks) for (const { sockets } of peers) sockets[0]?.write(frame);
  await until(() => new Set(told.blocks).size === ids.length);
  assert.deepEqual([...new Set(told.blocks)], ids);
  assert.deepEqual(told.faults, []);
});

test('a peer’s block that does not link proves nothing and changes nothing', async () => {
  const { peers, told, side } = await world(1);
  for (const { frame } of blocks.slice(1)) peers[0]?.sockets[0]?.write(frame);
  peers[0]?.sockets[0]?.write((blocks[0] as Signed).frame);
  await until(() => told.blocks.length > 0);
  assert.deepEqual(told.blocks, [(blocks[0] as Signed).header.id]);
  assert.equal(side.peersUp, 1);
});

test('a peer that sends blocks the network’s producer has not signed is cut, and moves nothing', async () => {
  const { peers, told, side } = await world(1);
  const bad = Array.from({ length: LIMITS.refusedPerPeer + 1 }, (_, nonce) =>
    signBlock({ parent: root, slot: SLOT, producer: 'bp', key: signingKey('somebody'), nonce: nonce + 1 }),
  );
  for (const { frame } of bad.slice(1)) peers[0]?.sockets[0]?.write(frame);
  peers[0]?.sockets[0]?.write((blocks[0] as Signed).frame);
  await until(() => told.blocks.length > 0);
  assert.deepEqual([told.faults, side.peersUp], [[], 1], 'not at the limit');
  peers[0]?.sockets[0]?.write((bad[0] as Signed).frame);
  await until(() => told.faults.length > 0);
  assert.deepEqual(told.faults, ['bad_peer']);
  await until(() => (peers[0]?.sockets.length ?? 0) === 2);
  assert.deepEqual(told.blocks, [(blocks[0] as Signed).header.id]);
});

test('blocks of a producer who signs with another kind of key are left to the relay node, and nobody’s fault', async () => {
  const { peers, told, side } = await world(1);
  const [{ frame, header }] = blocks as [Signed];
  const other = Buffer.from(frame);
  other[header.bodyOffset - 66] = 1;
  for (let i = 0; i <= LIMITS.refusedPerPeer; i++) peers[0]?.sockets[0]?.write(other);
  peers[0]?.sockets[0]?.write(frame);
  await until(() => told.blocks.length > 0);
  assert.deepEqual([told.faults, told.blocks, side.peersUp], [[], [header.id], 1]);
});

test('bad blocks count a connection, not a lifetime', async () => {
  const { peers, told, side } = await world(1);
  const [node] = peers as [Node];
  const bad = signBlock({ parent: root, slot: SLOT, producer: 'bp', key: signingKey('somebody'), nonce: 9 }).frame;
  for (let round = 0; round < 2; round++) {
    const socket = node.sockets[round] as Socket;
    for (let i = 0; i < LIMITS.refusedPerPeer; i++) socket.write(bad);
    socket.write((blocks[round] as Signed).frame);
    await until(() => told.blocks.length === round + 1);
    if (round > 0) break;
    socket.destroy();
    await until(() => node.sockets.length === 2 && side.peersUp === 1);
  }
  assert.deepEqual(told.faults, []);
});

test('garbage for a block from a peer or the relay node throws nothing', async () => {
  const { relay, peers, told } = await world(1);
  const garbage = frameOf(MESSAGE.signedBlock, Buffer.from('no block'));
  const cut = (blocks[0] as Signed).frame.subarray(0, -1);
  const short = frameOf(MESSAGE.signedBlock, cut.subarray(5));
  for (const { sockets } of [relay, ...peers]) sockets[0]?.write(Buffer.concat([garbage, garbage]));
  peers[0]?.sockets[0]?.write(Buffer.concat([short, (blocks[0] as Signed).frame]));
  await until(() => told.blocks.length > 0);
  assert.deepEqual(told.faults, ['short_block', 'short_block'], 'the relay node’s are told, a peer’s are counted');
});

test('a session that comes up gets what has left in the running window, in order', async () => {
  const running = blocks.slice(0, 3);
  const { relay, peers } = await world(1, running);
  const all = Buffer.concat(running.map(({ frame }) => frame));
  for (const each of [relay, ...peers]) await until(() => got(each, { frame: all }));
});

test('a relay node far behind is not told of members: its head is refused', async () => {
  const { side, info } = await world(0);
  assert.equal((await side.relayHead()).headNum, root.num);
  info.head_block_num = root.num - LIMITS.relayBehindBlocks;
  assert.equal((await side.relayHead()).headNum, root.num - LIMITS.relayBehindBlocks);
  info.head_block_num--;
  await assert.rejects(side.relayHead(), /13 blocks behind/);
});

test('a new list of peers dials the new ones, leaves the old ones, and keeps the rest as they are', async () => {
  const { side, peers } = await world(2);
  const added = await node();
  const [kept, gone] = peers as [Node, Node];
  side.setPeers([kept.address, added.address]);
  await until(() => added.sockets.length === 1 && gone.sockets[0]?.closed === true);
  assert.deepEqual(
    side.list.map(({ address }) => address),
    [kept.address, added.address],
  );
  assert.equal(kept.sockets.length, 1);
  assert.equal(kept.sockets[0]?.closed, false);
});

test('peers that are set before the start are not dialled: what chain it is is not known yet', async () => {
  const early = await node();
  const { side } = await world(1, [], [early.address]);
  assert.equal(side.list.length, 1);
  assert.equal(early.sockets.length, 0);
});
