import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { frameOf } from '../../../emitter/decode/message.ts';
import { dial } from '../../../emitter/session/dial.ts';
import type { FrameSocket } from '../../../emitter/session/frame-socket.ts';
import { listen } from '../../../emitter/session/listen.ts';
import { DelayProxy, type ProxyOptions } from '../../support/delay-proxy.ts';

const TYPE = 8;
const numbered = (n: number) => frameOf(TYPE, Buffer.from([n]));

/** A dialler, a proxy and a listener; what the listener got, as numbers, with times. */
async function line(t: { after(fn: () => void): void }, options: Omit<ProxyOptions, 'target'>) {
  const got: { n: number; at: number }[] = [];
  let accepted: FrameSocket | null = null;
  const server = await listen('127.0.0.1', 0, (socket) => {
    accepted = socket;
    socket.onFrame = (frame) => got.push({ n: frame.at(-1) ?? -1, at: Date.now() });
  });
  const proxy = await new DelayProxy({ target: `127.0.0.1:${server.port}`, ...options }).start();
  const dialler = dial(proxy.address);
  t.after(() => {
    dialler.close('test');
    accepted?.close('test');
    proxy.stop();
    server.close();
  });
  const until = async (count: number) => {
    while (got.length < count) await sleep(5);
  };
  return { got, proxy, dialler, until };
}

test('frames come in order, each after the latency', async (t) => {
  const { got, dialler, until } = await line(t, { latencyMs: 60 });
  const from = Date.now();
  for (let n = 0; n < 20; n++) dialler.send(numbered(n));
  await until(20);
  assert.deepEqual(
    got.map(({ n }) => n),
    Array.from({ length: 20 }, (_, n) => n),
  );
  assert.ok((got[0]?.at ?? 0) - from >= 59, `after ${(got[0]?.at ?? 0) - from} ms`);
});

test('a rule holds one frame until its time and drops another; the rest passes', async (t) => {
  const until = Date.now() + 150;
  const rule = (frame: Buffer) => ({ 1: until, 2: 'drop' as const })[frame.at(-1) as 1 | 2] ?? ('pass' as const);
  const { got, dialler, until: have } = await line(t, { rule });
  for (const n of [1, 2, 3]) dialler.send(numbered(n));
  await have(2);
  assert.deepEqual(
    got.map(({ n }) => n),
    [3, 1],
  );
  assert.ok((got[1]?.at ?? 0) >= until - 1);
});

test('a tap sees what the rule drops', async (t) => {
  const { proxy, dialler } = await line(t, { rule: () => 'drop' });
  const seen: number[] = [];
  proxy.taps.add((frame, way) => way === 'up' && seen.push(frame.at(-1) ?? -1));
  dialler.send(numbered(7));
  while (seen.length === 0) await sleep(5);
  assert.deepEqual(seen, [7]);
});

test('a stopped proxy cuts its connections and takes new ones on the same port when started again', async (t) => {
  const { got, proxy, dialler, until } = await line(t, {});
  dialler.send(numbered(1));
  await until(1);
  const { address } = proxy;
  proxy.stop();
  while (dialler.open) await sleep(5);
  await proxy.start();
  assert.equal(proxy.address, address);
  const again = dial(address);
  t.after(() => again.close('test'));
  again.send(numbered(2));
  await until(2);
  assert.equal(got[1]?.n, 2);
});
