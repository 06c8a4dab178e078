import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { FarProxy } from '../../support/far-proxy.ts';

/** A server that sends back what it gets, behind a distance; gives a socket to it and when its connection began. */
async function echo(t: { after(fn: () => void): void }, options: { upMs: number; downMs: number }) {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const proxy = new FarProxy({ target: `127.0.0.1:${port}`, ...options });
  const [host, near] = (await proxy.start()).split(':');
  const began = performance.now();
  const socket = connect(Number(near), host);
  t.after(() => {
    socket.destroy();
    proxy.stop();
    server.close();
  });
  return { socket, began };
}

async function read(socket: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= count) break;
  }
  return Buffer.concat(chunks);
}

test('bytes come whole and in order, first after the connection is open, then after a round trip', async (t) => {
  const { socket, began } = await echo(t, { upMs: 30, downMs: 10 });
  const sent = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
  socket.write(sent.subarray(0, 10));
  assert.deepEqual(await read(socket, 10), sent.subarray(0, 10));
  // Open after one round trip, then there and back.
  assert.ok(performance.now() - began >= 79, `${performance.now() - began} ms`);
  const from = performance.now();
  socket.write('x');
  await read(socket, 1);
  assert.ok(performance.now() - from >= 39, `${performance.now() - from} ms`);
  socket.write(sent);
  assert.ok((await read(socket, sent.length)).equals(sent));
});

test('when one end is gone, the other is', async (t) => {
  const { socket } = await echo(t, { upMs: 5, downMs: 5 });
  socket.write('x');
  await read(socket, 1);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end();
  await closed;
});
