import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { chainRecord, type EventRecord, GENESIS_HASH, type Receipt } from '../../../common/events.ts';
import { EmitterHttp } from '../../../emitter/http.ts';

function receipt(slot: number, signer: string): Receipt {
  return { slot, id: 'aa', signer, arrivedAt: slot, signature: `0:${slot}` };
}

/** Records 3, 5, 7, … with two receipts each. */
function records(count: number): EventRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const receipts = [receipt(2 * i, '0:ann'), receipt(2 * i + 1, '0:bob')];
    return chainRecord(3 + 2 * i, 1, { type: 'receipts', at: 1, through: 1, signer: '0:log', receipts }, GENESIS_HASH);
  });
}

async function serving(all: EventRecord[], pageSize: number, work: (url: string) => Promise<void>): Promise<void> {
  const page = (after: number, limit: number) =>
    all.filter(({ seq }) => seq > after).slice(0, Math.min(limit, pageSize));
  const http = new EmitterHttp({
    status: () => ({ ready: true, reasons: [] }),
    after: () => [],
    lastSeq: () => 0,
    metrics: async () => '',
    receipts: page,
    handle: () => false,
  });
  await http.listen('127.0.0.1:0');
  const { port } = (http as unknown as { server: Server }).server.address() as AddressInfo;
  try {
    await work(`http://127.0.0.1:${port}/receipts`);
  } finally {
    http.close();
  }
}

interface Page {
  receipts: (Receipt & { emitter: string })[];
  after: number;
}

async function get(url: string): Promise<Page> {
  const response = await fetch(url);
  assert.equal(response.status, 200);
  return (await response.json()) as Page;
}

test('/receipts gives those of one signer, with the emitter’s key, page by page until there are no more', async () => {
  await serving(records(5), 2, async (url) => {
    const slots: number[] = [];
    let after = 0;
    for (let pages = 0; pages < 10; pages++) {
      const page = await get(`${url}?signer=0:bob&after=${after}`);
      assert.ok(page.receipts.every(({ signer, emitter }) => signer === '0:bob' && emitter === '0:log'));
      slots.push(...page.receipts.map(({ slot }) => slot));
      if (page.after === after) break;
      after = page.after;
    }
    assert.deepEqual(slots, [1, 3, 5, 7, 9]);
    assert.equal(after, 11);
  });
});

test('/receipts without a signer gives all; a wrong place is refused', async () => {
  await serving(records(2), 10, async (url) => {
    assert.equal((await get(url)).receipts.length, 4);
    for (const after of ['-1', 'x', '1.5']) assert.equal((await fetch(`${url}?after=${after}`)).status, 400, after);
  });
});
