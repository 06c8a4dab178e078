import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { chainRecord, type EventRecord, GENESIS_HASH } from '../../../common/events.ts';
import { EmitterHttp } from '../../../emitter/http.ts';
import { decision } from '../../support/events.ts';

test('a stream that begins between a record’s fence and its publication has the record once', async () => {
  const records = [1, 2, 3, 4].map((seq) => chainRecord(seq, 1, decision(seq), GENESIS_HASH)) as [
    EventRecord,
    ...EventRecord[],
  ];
  const durable = records.slice(0, 3);
  const http = new EmitterHttp({
    status: () => ({ ready: true, reasons: [] }),
    after: (seq) => durable.filter((record) => record.seq > seq),
    lastSeq: () => 3,
    metrics: async () => '',
    receipts: () => [],
    handle: () => false,
  });
  await http.listen('127.0.0.1:0');
  const { port } = (http as unknown as { server: Server }).server.address() as AddressInfo;
  try {
    const { body } = await fetch(`http://127.0.0.1:${port}/events?after=1`);
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (end: string) => {
      while (!text.includes(end)) text += (await reader?.read())?.value ?? '';
    };
    await until('id: 3\n');
    // The fence's records come with the next turn's.
    http.publish(records.slice(1));
    await until('id: 4\n');
    assert.deepEqual(
      [...text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => seq),
      ['2', '3', '4'],
    );
    await reader?.cancel();
  } finally {
    http.close();
  }
});
