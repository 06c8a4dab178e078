import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { test } from 'node:test';
import { eventText, Streams } from '../../../dashboard/server/live/streams.ts';
import { until } from '../../support/processes.ts';

test('a reader that takes nothing is cut, and the others get everything', async (t) => {
  const streams = new Streams({ perAddress: 9, all: 9 });
  const responses: ServerResponse[] = [];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    responses.push(response);
    streams.add(response, `a${responses.length}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    streams.close();
    server.closeAllConnections();
    server.close();
  });
  const idle = createConnection({ port, host: '127.0.0.1' });
  await once(idle, 'connect');
  idle.on('error', () => {});
  idle.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  idle.pause();
  await until('the idle one', () => streams.size === 1);
  const reading = fetch(`http://127.0.0.1:${port}`);
  await until('both', () => streams.size === 2);
  let got = 0;
  const done = reading.then(async ({ body }) => {
    for await (const chunk of body ?? []) got += (chunk as Uint8Array).length;
  });
  const text = eventText('columns', 'x'.repeat(500_000), 'g.1');
  let sent = 0;
  // No more than a reader takes at a time: only who takes nothing at all is behind.
  for (let i = 0; i < 60; i++) {
    streams.send(text);
    sent += text.length;
    await until('the reader has it', () => got === sent);
  }
  assert.deepEqual([streams.cut, streams.size], [1, 1]);
  assert.equal(responses[0]?.destroyed, true);
  streams.close();
  await done;
});
