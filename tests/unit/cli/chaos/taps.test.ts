import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublicBlock } from '../../../../cli/chaos/public-blocks.ts';
import { Taps } from '../../../../cli/chaos/taps.ts';
import { systemClock } from '../../../../common/clock.ts';
import { decodeHandshake } from '../../../../emitter/decode/handshake.ts';
import { frameOf, MESSAGE } from '../../../../emitter/decode/message.ts';
import { FakeSocket } from '../../../support/fake-socket.ts';
import { until } from '../../../support/processes.ts';
import { rootState, schedule, signBlock, signingKey } from '../../../support/signed-chain.ts';
import { messages } from '../../../support/vectors.ts';

const shake = (messages.handshake[0] as { frame: Buffer }).frame;
const [alice, bob] = [signingKey('alice'), signingKey('bob')];
const SLOT = 1_700_000_000;
const root = rootState(
  schedule(5, [
    ['pool', [alice, bob]],
    ['bp1', [alice]],
  ]),
  SLOT - 1,
);
const head = { libNum: 0, libId: '00'.repeat(32), headNum: 999, headId: 'aa'.repeat(32) };

/** Taps at two nodes that are bare sockets, one for each dial, in order; `heard` is what they told of. */
function tapping(t: { after(fn: () => void): void }, asked: () => Promise<typeof head> = async () => head) {
  const dials: { address: string; socket: FakeSocket }[] = [];
  const heard: (PublicBlock & { tap: string; at: number })[] = [];
  const nodes = ['bp1', 'bp2'].map((name, i) => ({ name, api: `http://${name}`, p2p: `127.0.0.1:${i + 1}` }));
  const open = (address: string) => {
    const socket = new FakeSocket();
    dials.push({ address, socket });
    return socket.asSocket();
  };
  const onBlock = (block: PublicBlock, tap: string, at: number) => heard.push({ ...block, tap, at });
  const parts = { chainId: 'cc'.repeat(32), pool: 'pool', clock: systemClock, onBlock, open, head: asked };
  const taps = new Taps(nodes, parts);
  t.after(() => taps.stop());
  return { taps, dials, heard };
}

async function connected(t: { after(fn: () => void): void }) {
  const made = tapping(t);
  const started = made.taps.start();
  await until('two dials', () => made.dials.length === 2);
  for (const { socket } of made.dials) socket.arrive(shake);
  await started;
  return { ...made, sockets: made.dials.map(({ socket }) => socket) as [FakeSocket, FakeSocket] };
}

const block = (more: object = {}) => signBlock({ parent: root, slot: SLOT, producer: 'pool', key: alice, ...more });

test('a tap shakes hands with its node’s own head, and hears it from the node’s answer on', async (t) => {
  const { taps, dials } = tapping(t);
  const started = taps.start();
  await until('two dials', () => dials.length === 2);
  assert.deepEqual(dials.map(({ address }) => address).sort(), ['127.0.0.1:1', '127.0.0.1:2']);
  const said = decodeHandshake(dials[0]?.socket.sent[0] as Buffer);
  assert.ok(said.ok);
  assert.deepEqual([said.value.headNum, said.value.headId, said.value.libNum], [999, head.headId, 0]);
  assert.deepEqual(taps.up, []);
  dials[0]?.socket.arrive(shake);
  assert.equal(taps.up.length, 1);
  dials[1]?.socket.arrive(shake);
  await started;
  assert.deepEqual(taps.up, ['bp1', 'bp2']);
});

test('each tap tells of each pool block with id, slot, signature and time; of others’ blocks it tells nothing', async (t) => {
  const { sockets, heard } = await connected(t);
  const made = block();
  const before = performance.now();
  sockets[0].arrive(made.frame, signBlock({ parent: root, slot: SLOT, producer: 'bp1', key: alice }).frame);
  sockets[1].arrive(made.frame);
  const { id, slot, signature } = made.header;
  const expected = { id, slot, signature: `0:${signature.bytes.toString('hex')}` };
  assert.deepEqual(
    heard.map(({ at, ...told }) => told),
    [
      { ...expected, tap: 'bp1' },
      { ...expected, tap: 'bp2' },
    ],
  );
  assert.ok(heard.every(({ at }) => at >= before && at <= performance.now()));
});

test('two blocks for one slot are told apart, also two members’ empty ones, which have one id', async (t) => {
  const { sockets, heard } = await connected(t);
  sockets[0].arrive(block().frame, block({ nonce: 1 }).frame, block({ key: bob }).frame);
  assert.equal(new Set(heard.map(({ id }) => id)).size, 2);
  assert.equal(new Set(heard.map(({ signature }) => signature)).size, 3);
});

test('a node that restarts is dialled again, and heard again', async (t) => {
  const { taps, sockets, dials, heard } = await connected(t);
  sockets[0].close('ECONNRESET');
  assert.deepEqual(taps.up, ['bp2']);
  await until('another dial', () => dials.length === 3);
  dials[2]?.socket.close('ECONNREFUSED');
  await until('one more', () => dials.length === 4);
  const again = dials[3]?.socket as FakeSocket;
  again.arrive(shake, block().frame);
  assert.deepEqual(taps.up, ['bp1', 'bp2']);
  assert.deepEqual(
    heard.map(({ tap }) => tap),
    ['bp1'],
  );
});

test('a node whose API does not answer yet is tried again', async (t) => {
  let asked = 0;
  const { taps, dials } = tapping(t, async () => {
    if (++asked <= 2) throw new Error('no answer');
    return head;
  });
  const started = taps.start();
  await until('two dials', () => dials.length === 2);
  for (const { socket } of dials) socket.arrive(shake);
  await started;
  assert.deepEqual(taps.up, ['bp1', 'bp2']);
});

test('bytes that are no block throw nothing and are no block', async (t) => {
  const { sockets, heard, taps } = await connected(t);
  sockets[0].arrive(frameOf(MESSAGE.signedBlock, Buffer.alloc(0)), frameOf(MESSAGE.signedBlock, Buffer.alloc(40, 255)));
  sockets[0].arrive(frameOf(MESSAGE.packedTransaction, Buffer.alloc(9)), block().frame.subarray(0, 60));
  assert.deepEqual(heard, []);
  assert.equal(taps.up.length, 2);
});
