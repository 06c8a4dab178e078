import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeBlock {
  block_num: number;
  id: string;
  timestamp: string;
  producer: string;
  transactions: object[];
}

export interface FakeNode {
  url: string;
  /** Rows by table; of a table with windows those of the window that is asked for. */
  tables: Record<string, object[]>;
  close(): void;
}

interface Body {
  block_num_or_id?: number;
  table?: string;
  lower_bound?: string;
}

/** The few answers of a nodeos that commands ask for, out of memory. */
export async function fakeNode(
  chainId: string,
  blocks: FakeBlock[],
  tables: Record<string, object[]>,
): Promise<FakeNode> {
  const zero = '00'.repeat(32);
  const answers: Record<string, (body: Body) => object | null> = {
    '/v1/chain/get_info': () => {
      const { block_num: num, id, timestamp } = blocks.at(-1) ?? {};
      const irreversible = { last_irreversible_block_num: num, last_irreversible_block_id: id };
      return { chain_id: chainId, head_block_num: num, head_block_time: timestamp, ...irreversible };
    },
    '/v1/chain/get_block': ({ block_num_or_id: num }) => {
      const block = blocks.find((each) => each.block_num === num);
      const header = { confirmed: 0, previous: zero, transaction_mroot: zero, action_mroot: zero, new_producers: null };
      return block ? { ...header, schedule_version: 7, producer_signature: 'SIG_NONE', ...block } : null;
    },
    '/v1/chain/get_table_rows': ({ table = '', lower_bound: lower }) => {
      const isWanted = (row: object) => lower === undefined || ('window' in row && String(row.window) === lower);
      return { rows: (tables[table] ?? []).filter(isWanted), more: false };
    },
    '/v1/chain/get_account': () => ({ ram_quota: -1, ram_usage: 0 }),
    '/v1/chain/get_producer_schedule': () => ({ active: { version: 7, producers: [{ producer_name: 'poolbp' }] } }),
  };
  const missing = { error: { what: 'not found', details: [{ message: 'Could not find block' }] } };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const answer = answers[request.url ?? '']?.(JSON.parse(body || '{}')) ?? null;
    if (answer === null) response.writeHead(500);
    response.end(JSON.stringify(answer ?? missing));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, tables, close: () => void server.close() };
}
