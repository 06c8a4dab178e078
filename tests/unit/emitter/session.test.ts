import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../common/clock.ts';
import { decodeHandshake } from '../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE } from '../../../emitter/decode/message.ts';
import { answerTime } from '../../../emitter/decode/time.ts';
import { LIMITS } from '../../../emitter/limits.ts';
import { dial } from '../../../emitter/session/dial.ts';
import { FrameSocket } from '../../../emitter/session/frame-socket.ts';
import { type Listener, listen } from '../../../emitter/session/listen.ts';
import { PeerSession } from '../../../emitter/session/peer-session.ts';
import { takeOver } from '../../../emitter/session/take-over.ts';
import { FakeSocket } from '../../support/fake-socket.ts';
import { blockNumber, chain, messages } from '../../support/vectors.ts';

async function until(done: () => boolean): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (done()) return;
    await sleep(5);
  }
  assert.fail('it did not happen within two seconds');
}

interface Accepted {
  server: Listener;
  port: number;
  sockets: FrameSocket[];
  frames: string[];
  reasons: string[];
}

async function accepting(): Promise<Accepted> {
  const accepted: Omit<Accepted, 'server' | 'port'> = { sockets: [], frames: [], reasons: [] };
  const server = await listen('127.0.0.1', 0, (socket) => {
    accepted.sockets.push(socket);
    socket.onFrame = (frame) => accepted.frames.push(frame.toString('hex'));
    socket.onClose = (reason) => accepted.reasons.push(reason);
  });
  return { ...accepted, server, port: server.port };
}

test('frames come out whole on the other side, in order, also those sent before the connection was up', async () => {
  const { server, port, frames, sockets } = await accepting();
  const out = dial(`127.0.0.1:${port}`);
  const sent = [...chain.blocks, ...Object.values(messages).flat()].map(({ frame }) => frame);
  for (const frame of sent) assert.equal(out.send(frame), true);
  await until(() => frames.length === sent.length);
  assert.deepEqual(
    frames,
    sent.map((frame) => frame.toString('hex')),
  );
  assert.match(sockets[0]?.remote ?? '', /^127\.0\.0\.1:\d+$/);
  out.close('end');
  server.close();
});

test('long frames come out whole, in order, each in a buffer of its own, whatever is sent between', async () => {
  const { server, port, sockets } = await accepting();
  const frames: Buffer[] = [];
  const progress: number[] = [];
  const out = dial(`127.0.0.1:${port}`);
  await until(() => sockets.length === 1);
  const accepted = sockets[0] as FrameSocket;
  accepted.onFrame = (frame) => frames.push(frame);
  accepted.onProgress = (_frame, filled) => progress.push(filled);
  const sizes = [2_000_000, 1, 300_000, 100, 65_531, 65_536, 20_000, 1_000_000, 7];
  const sent = sizes.map((size, i) => frameOf(MESSAGE.signedBlock, Buffer.alloc(size, i + 1)));
  for (const frame of sent) out.send(frame);
  await until(() => frames.length === sent.length);
  assert.ok(frames.every((frame, i) => frame.equals(sent[i] as Buffer) && frame.buffer.byteLength === frame.length));
  assert.ok(progress.length > 0);
  out.close('end');
  server.close();
});

/** What a connection looks like in a Node that keeps `_handle` to itself, or does not take it. */
const OTHER_NODES: Record<string, unknown> = {
  'no _handle': undefined,
  '_handle of another kind': {},
  'a handle that a new socket does not take': { readStart: () => {} },
};

for (const [name, handle] of Object.entries(OTHER_NODES))
  test(`on a Node with ${name} frames come out all the same, and the connection ends as it should`, async () => {
    const frames: Buffer[] = [];
    const reasons: string[] = [];
    const server = createServer({ pauseOnConnect: true }, (accepted) => {
      const hidden = new Proxy(accepted, {
        get: (target, property) => {
          if (property === '_handle') return handle;
          const value = Reflect.get(target, property);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const socket = new FrameSocket((onread) => takeOver(hidden, onread));
      socket.onFrame = (frame) => frames.push(frame);
      socket.onClose = (reason) => reasons.push(reason);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const out = dial(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    const sent = [200_000, 10, 1_000_000, 1].map((size, i) => frameOf(MESSAGE.signedBlock, Buffer.alloc(size, i)));
    for (const frame of sent) assert.equal(out.send(frame), true);
    await until(() => frames.length === sent.length);
    assert.ok(frames.every((frame, i) => frame.equals(sent[i] as Buffer)));
    out.close('end');
    await until(() => reasons.length === 1);
    server.close();
  });

test('more connections than the limit are closed as they come; one that ends makes room', async () => {
  const { server, port, sockets, reasons } = await accepting();
  server.limit(2);
  const first = dial(`127.0.0.1:${port}`);
  dial(`127.0.0.1:${port}`);
  await until(() => sockets.length === 2);
  const refused = connect(port, '127.0.0.1');
  refused.on('error', () => {});
  await until(() => refused.destroyed);
  assert.equal(sockets.length, 2);
  first.close('end');
  await until(() => reasons.length === 1);
  dial(`127.0.0.1:${port}`);
  await until(() => sockets.length === 3);
  for (const socket of sockets) socket.close('end');
  server.close();
});

test('a frame announced as 4 GiB closes the connection with a code', async () => {
  const { server, port, reasons } = await accepting();
  const socket = connect(port, '127.0.0.1');
  socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff, 7]));
  await once(socket, 'close');
  await until(() => reasons.length === 1);
  assert.deepEqual(reasons, ['frame_too_large:4294967295']);
  server.close();
});

test('a peer that reads nothing is cut, and what was held for it is let go', async () => {
  const { server, port, sockets, reasons } = await accepting();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  await until(() => sockets.length === 1);
  const big = frameOf(MESSAGE.signedBlock, Buffer.alloc(1024 * 1024));
  let taken = 0;
  while (sockets[0]?.send(big)) {
    taken++;
    assert.ok(taken < 100, 'it is never cut');
  }
  assert.ok(taken * big.length <= 2 * LIMITS.unsentBytes);
  await until(() => reasons.length === 1);
  assert.deepEqual(reasons, ['slow_reader']);
  assert.equal(sockets[0]?.send(big), false);
  socket.destroy();
  server.close();
});

test('an address in use is an error that says which setting to change', async () => {
  const { server, port } = await accepting();
  await assert.rejects(
    listen('127.0.0.1', port, () => {}),
    { code: 'listen', message: new RegExp(`${port}.*EMITTER_LISTEN`) },
  );
  server.close();
});

interface Node {
  server: Server;
  session: PeerSession;
  sockets: Socket[];
  received: Buffer[];
  states: string[];
  blocks: Buffer[];
  stop: () => void;
}

/** A relay node that is a bare socket, and the emitter's session with it. */
async function relayNode(head = async () => blockHead()): Promise<Node> {
  const sockets: Socket[] = [];
  const received: Buffer[] = [];
  const states: string[] = [];
  const blocks: Buffer[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const session = new PeerSession({
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    chainId: chain.chainId,
    clock: systemClock,
    head,
    onBlock: (frame) => blocks.push(Buffer.from(frame)),
    onState: (up, reason) => states.push(`${up} ${reason}`),
  });
  session.start();
  const stop = () => {
    session.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { server, session, sockets, received, states, blocks, stop };
}

function blockHead() {
  const { num, id } = blockNumber(56);
  return { libNum: blockNumber(40).num, libId: blockNumber(40).id, headNum: num, headId: id };
}

const shake = (messages.handshake[0] as { frame: Buffer }).frame;

test('the session with the relay node: handshake with its head, up after its handshake, blocks handed on', async () => {
  const { session, sockets, received, states, blocks, stop } = await relayNode();
  await until(() => received.length > 0);
  const decoded = decodeHandshake(Buffer.concat(received));
  assert.ok(decoded.ok);
  assert.equal(decoded.value.headId, blockHead().headId);
  assert.equal(decoded.value.chainId, chain.chainId);
  assert.equal(session.up, false);
  assert.equal(session.send(blockNumber(41).frame), false);
  sockets[0]?.write(Buffer.concat([shake, blockNumber(41).frame, blockNumber(42).frame]));
  await until(() => blocks.length === 2);
  assert.equal(session.up, true);
  assert.deepEqual(states, ['true handshake']);
  received.length = 0;
  assert.equal(session.send(blockNumber(43).frame), true);
  await until(() => received.length > 0);
  assert.deepEqual(Buffer.concat(received), blockNumber(43).frame);
  stop();
});

test('time questions of the relay node are answered, or it would close after 20 s', async () => {
  const { sockets, received, stop } = await relayNode();
  await until(() => received.length > 0);
  received.length = 0;
  const question = messages.time.find(({ frame }) => frame.readBigInt64LE(5) === 0n) as { frame: Buffer };
  sockets[0]?.write(question.frame);
  await until(() => received.length > 0);
  const answer = Buffer.concat(received);
  assert.equal(answer.readBigInt64LE(5), question.frame.readBigInt64LE(21));
  stop();
});

test('a lost relay node is dialled again; that it is down is told once each time it was up', async () => {
  const { session, sockets, states, stop } = await relayNode();
  await until(() => sockets.length === 1);
  sockets[0]?.write(shake);
  await until(() => session.up);
  sockets[0]?.destroy();
  await until(() => sockets.length === 2);
  assert.equal(session.up, false);
  sockets[1]?.write(shake);
  await until(() => session.up);
  assert.deepEqual(
    states.map((state) => state.split(' ')[0]),
    ['true', 'false', 'true'],
  );
  stop();
});

test('a relay node that cannot be asked for its head is tried again', async () => {
  let asked = 0;
  const { sockets, stop } = await relayNode(async () => {
    if (++asked < 3) throw new Error('no answer');
    return blockHead();
  });
  await until(() => sockets.length === 1);
  assert.equal(asked, 3);
  stop();
});

for (const length of [0, 1, 3, 4, 36]) {
  test(`a go_away of ${length} bytes ends the session and throws nothing`, async () => {
    const { session, sockets, states, stop } = await relayNode();
    await until(() => sockets.length === 1);
    sockets[0]?.write(shake);
    await until(() => session.up);
    let thrown: unknown = null;
    const onThrown = (error: unknown) => {
      thrown = error;
    };
    process.once('uncaughtException', onThrown);
    sockets[0]?.write(frameOf(MESSAGE.goAway, Buffer.alloc(length)));
    await until(() => thrown !== null || states.length > 1);
    process.removeListener('uncaughtException', onThrown);
    stop();
    assert.equal(thrown, null);
  });
}

interface Quiet {
  session: PeerSession;
  dials: FakeSocket[];
  states: string[];
}

/** A session over sockets without a network, on mocked timers. */
function quietPeer(head = async () => blockHead()): Quiet {
  const dials: FakeSocket[] = [];
  const states: string[] = [];
  const open = () => {
    const socket = new FakeSocket();
    dials.push(socket);
    return socket.asSocket();
  };
  const onState = (up: boolean, reason: string) => states.push(`${up} ${reason}`);
  const at = { address: '127.0.0.1:1', chainId: chain.chainId, clock: systemClock };
  const session = new PeerSession({ ...at, head, onBlock: () => {}, onState, open });
  session.start();
  return { session, dials, states };
}

async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

test('a half-open connection is noticed: a time message every 10 s, closed after 20 s without a frame', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    const { session, dials, states } = quietPeer();
    await turns();
    const [first] = dials as [FakeSocket];
    first.arrive(shake);
    for (let beats = 0; beats < 5; beats++) {
      mock.timers.tick(10_000);
      const question = first.sent[first.sent.length - 1] as Buffer;
      assert.deepEqual([question[4], question.readBigInt64LE(5)], [MESSAGE.time, 0n]);
      assert.ok(question.readBigInt64LE(21) > 0n);
      first.arrive(answerTime(question, 1n) as Buffer);
    }
    assert.equal(first.sent.length, 6);
    mock.timers.tick(20_000);
    assert.equal(first.closed, null);
    mock.timers.tick(10_000);
    assert.equal(first.closed, 'silent');
    assert.deepEqual(states, ['true handshake', 'false silent']);
    mock.timers.tick(100);
    await turns();
    assert.equal(dials.length, 2);
    session.stop();
  } finally {
    mock.timers.reset();
  }
});

test('a peer that takes the connection and never says a handshake is dialled again', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    const { session, dials, states } = quietPeer();
    await turns();
    mock.timers.tick(30_000);
    assert.equal(dials[0]?.closed, 'silent');
    assert.deepEqual(states, []);
    session.stop();
  } finally {
    mock.timers.reset();
  }
});

test('a stopped session dials no more and keeps no timer', async () => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
  try {
    const { session, dials } = quietPeer();
    await turns();
    dials[0]?.close('gone');
    session.stop();
    mock.timers.tick(60_000);
    await turns();
    assert.equal(dials.length, 1);
  } finally {
    mock.timers.reset();
  }
});
