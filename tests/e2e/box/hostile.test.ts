import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../../common/random.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { prepareNode } from '../../../devnet/nodeos.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { Supervisor } from '../../../devnet/supervisor.ts';
import { findTools } from '../../../devnet/tools.ts';
import { Box } from '../../support/box.ts';
import { scratch, until } from '../../support/processes.ts';

const box = new Box();

async function dialEmitter(): Promise<{ socket: Socket; closed: Promise<void> }> {
  const [host = '', port] = (box.run.emitters[0]?.p2p ?? '').split(':');
  const socket = createConnection({ host, port: Number(port) });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  // What is not read would keep its end from being seen.
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, closed };
}

function lengthOf(bytes: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes);
  return length;
}

const block = (body: Buffer) => Buffer.concat([lengthOf(body.length + 1), Buffer.from([7]), body]);

const attacks: [string, Buffer, RegExp][] = [
  ['a frame announced as 4 GiB', lengthOf(0xffffffff), /frame_too_large:4294967295/],
  ['an empty frame', lengthOf(0), /empty_frame/],
  [
    'a block of random bytes',
    block(seededRandom(5).bytes(300)),
    /short_block|bad_new_producers|bad_schedule_change|member:|relay:/,
  ],
  ['a block that ends in its header', block(Buffer.alloc(40)), /short_block/],
  ['a handshake that ends early', Buffer.concat([lengthOf(3), Buffer.from([0, 1, 2])]), /bad_handshake/],
];

for (const [what, bytes, reason] of attacks) {
  test(`${what} closes that connection with a reason and nothing else`, { timeout: 60_000 }, async () => {
    const from = box.lastSeq;
    const { socket, closed } = await dialEmitter();
    socket.write(bytes);
    await closed;
    await box.event(from, 'connection', (event) => !event.up && reason.test(event.reason));
    const ready = await fetch(`${box.run.emitters[0]?.http}/ready`);
    assert.equal(ready.status, 200);
    const others = box.eventsAfter(from).filter(({ event }) => event.type === 'connection' && !event.up);
    assert.equal(others.length, 1);
  });
}

test('a node whose key is not registered is named, and none of its blocks is used', { timeout: 240_000 }, async (t) => {
  const dir = scratch(t);
  const supervisor = new Supervisor();
  t.after(() => supervisor.stopAll());
  const ports = await reservePorts(1);
  t.after(() => ports.release());
  mkdirSync(path.join(dir, 'logs'));
  const stranger = new KeyRing(undefined).pair('stranger');
  const from = box.lastSeq;
  await supervisor.start(
    prepareNode(findTools(), {
      plan: { name: 'stranger', role: 'member', apiPort: ports.base, p2pPort: null },
      dir,
      genesis: path.join(box.dir, 'genesis.json'),
      clockFile: path.join(box.dir, 'clock'),
      peers: [box.run.emitters[0]?.p2p as string],
      producers: [box.run.pool],
      signingKeys: [stranger],
      bootstrap: false,
    }),
  );
  // nodeos without a key of the schedule does not even sign; should it, the emitter says whose key it was.
  const isNamed = () =>
    box.eventsAfter(from).some(({ event }) => event.type === 'candidate' && event.reason === 'foreign_key');
  await until('its candidate, or two windows', () => isNamed() || windowsAfter(from) >= 2);
  const log = readFileSync(path.join(dir, 'logs', 'stranger.log'), 'utf8');
  const refusesItself = /not have the private key for block signing|no relevant private keys|private key/i.test(log);
  assert.ok(isNamed() || refusesItself, 'the key is named by the emitter or by the node itself');
  for (const { event } of box.eventsAfter(from)) if (event.type === 'window') assert.equal(event.emitted, 12);
});

function windowsAfter(seq: number): number {
  return box.eventsAfter(seq).filter(({ event }) => event.type === 'window').length;
}
