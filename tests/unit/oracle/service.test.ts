import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeLogger } from '../../../common/logger.ts';
import { serveHttp } from '../../../oracle/http.ts';
import { Timetable } from '../../../oracle/timetable.ts';

const logger = makeLogger('timetable', 'silent');

test('a run that fails is noted and does not end the timetable; runs never overlap', async () => {
  let runs = 0;
  let running = 0;
  let most = 0;
  const failures: (string | null | undefined)[] = [];
  const job = async () => {
    most = Math.max(most, ++running);
    await sleep(1200);
    running--;
    if (++runs === 1) throw new Error('the node does not answer');
  };
  const timetable = new Timetable('test', '* * * * * *', job, logger);
  failures.push(timetable.failure);
  while (runs < 1) await sleep(20);
  await sleep(20);
  failures.push(timetable.failure);
  while (running === 0) await sleep(20);
  await timetable.stop(5000);
  failures.push(timetable.failure);
  assert.deepEqual([runs, most, failures], [2, 1, [undefined, 'the node does not answer', null]]);
});

test('live, ready and nothing else are served', async () => {
  let reasons: string[] = [];
  const metrics = async () => 'bppool_oracle_node_up 1\n';
  const server = await serveHttp('127.0.0.1:0', { health: () => ({ ready: reasons.length === 0, reasons }), metrics });
  const { port } = server.address() as AddressInfo;
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, await response.json()];
  };
  assert.deepEqual(await get('/live'), [200, { live: true }]);
  assert.deepEqual(await get('/ready'), [200, { ready: true, reasons: [] }]);
  reasons = ['no run yet'];
  assert.deepEqual(await get('/ready'), [503, { ready: false, reasons }]);
  assert.equal((await get('/'))[0], 404);
  const scraped = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.match(scraped.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(await scraped.text(), 'bppool_oracle_node_up 1\n');
  await assert.rejects(
    serveHttp(`127.0.0.1:${port}`, { health: () => ({ ready: true, reasons: [] }), metrics }),
    /cannot serve HTTP/,
  );
  server.close();
});
