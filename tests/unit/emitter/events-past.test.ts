import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { chainRecord, type EventRecord, GENESIS_HASH } from '../../../common/events.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { EmitterHttp } from '../../../emitter/http.ts';
import { until } from '../../support/processes.ts';

/** Records of some 10 kB each. */
function records(count: number): EventRecord[] {
  const all: EventRecord[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const event = { type: 'fault', at: seq, code: 'x', text: 'y'.repeat(10_000) } as const;
    all.push(chainRecord(seq, null, event, all.at(-1)?.hash ?? GENESIS_HASH));
  }
  return all;
}

test('a stream over a long past is not cut, is given a little at a time, and goes on with what is new', async (t) => {
  const all = records(3000);
  const pages: number[] = [];
  const http = new EmitterHttp({
    status: () => ({ ready: true, reasons: [] }),
    after: (seq, limit) => {
      const page = all.slice(seq, seq + limit);
      pages.push(page.length);
      return page;
    },
    lastSeq: () => all.length,
    metrics: async () => '',
    receipts: () => [],
    handle: () => false,
  });
  t.after(() => http.close());
  const { base } = await reservePorts(1);
  await http.listen(`127.0.0.1:${base}`);
  // A reader that takes nothing is given no more than fits between the two.
  const idle = createConnection({ host: '127.0.0.1', port: base });
  await once(idle, 'connect');
  idle.pause();
  idle.write('GET /events HTTP/1.1\r\nhost: x\r\nlast-event-id: 0\r\n\r\n');
  await until('it is begun', () => pages.length > 0);
  const response = await fetch(`http://127.0.0.1:${base}/events`, { headers: { 'last-event-id': '0' } });
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let text = '';
  const seen: number[] = [];
  const readTo = async (last: number) => {
    while (seen.at(-1) !== last) {
      const { value, done } = await reader.read();
      assert.equal(done, false, `the stream ended after ${seen.at(-1)}`);
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) seen.push(Number(/^id: (\d+)/.exec(block)?.[1]));
    }
  };
  await readTo(3000);
  const next = chainRecord(3001, null, { type: 'gap', at: 1, lost: 1 }, all.at(-1)?.hash ?? '');
  all.push(next);
  http.publish([next]);
  await readTo(3001);
  assert.deepEqual(
    seen,
    Array.from({ length: 3001 }, (_, i) => i + 1),
  );
  assert.ok(Math.max(...pages) <= 100, `${Math.max(...pages)} records at once`);
  idle.destroy();
  await reader.cancel();
});
