import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { boundedFetch } from '../../../common/bounded-fetch.ts';
import { ChainClient } from '../../../common/chain.ts';
import { PoolError } from '../../../common/errors.ts';
import { NodeBlocks } from '../../../oracle/source/node-blocks.ts';
import { NodeChain } from '../../../oracle/source/node-chain.ts';
import { fakeBlock, SIGNATURE } from '../../support/fake-ship.ts';

type Reply = (path: string, response: ServerResponse) => void;

/** A node that answers as the test says. */
async function nodeThat(t: TestContext, reply: Reply) {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => reply(request.url ?? '', response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new ChainClient(url);
  const who = { dac: 'pooldac', account: 'oracle1', permission: 'report' };
  return { url, blocks: new NodeBlocks(client), chain: new NodeChain(client, who) };
}

const says = (answer: unknown): Reply => {
  return (_, response) => response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
};

const { id, previous } = fakeBlock(7, '0'.repeat(64));
const GOOD = {
  ...{ id, previous, block_num: 7, timestamp: '2026-11-27T00:00:00.500', producer: 'alpha', schedule_version: 3 },
  producer_signature: SIGNATURE,
  transactions: [
    { cpu_usage_us: 100, trx: { id: 'a' } },
    { cpu_usage_us: 20, trx: 'b' },
  ],
};

test('a good block', async (t) => {
  const { blocks } = await nodeThat(t, says(GOOD));
  const block = await blocks.block(7);
  assert.deepEqual([block.num, block.id, block.transactions, block.cpuUs], [7, id, 2, 120]);
  assert.deepEqual(await blocks.transactionsOf(7), new Set(['a', 'b']));
});

for (const [what, answer, sentence] of [
  ['no JSON', '<html>502 Bad Gateway</html>', /no JSON but "<html>502/],
  ['nothing', '', /no JSON but ""/],
  ['another type', '[]', /does not answer as a nodeos would: get_block 7/],
  ['null', 'null', /does not answer as a nodeos would/],
  ['another block', { ...GOOD, block_num: 8 }, /block 7 was asked for, and block 8/],
  ['a time between slots', { ...GOOD, timestamp: '2026-11-27T00:00:00.250' }, /timestamp/],
  ['a negative bill', { ...GOOD, transactions: [{ cpu_usage_us: -1, trx: 'a' }] }, /cpu_usage_us/],
  ['a producer that is no name', { ...GOOD, producer: '<script>' }, /producer/],
] as const) {
  test(`a node that answers with ${what} is refused in a sentence`, async (t) => {
    const { blocks } = await nodeThat(t, says(answer));
    await assert.rejects(blocks.block(7), (thrown: PoolError) => {
      assert.equal(thrown.code, 'chain_unreachable');
      assert.match(thrown.message, sentence);
      return true;
    });
  });
}

test('an irreversible block that is another one by its number', async (t) => {
  const { blocks } = await nodeThat(t, (path, response) => {
    const info = {
      chain_id: 'c'.repeat(64),
      last_irreversible_block_num: 7,
      last_irreversible_block_id: 'd'.repeat(64),
    };
    response.end(JSON.stringify(path.endsWith('get_info') ? info : GOOD));
  });
  await assert.rejects(blocks.irreversible(), /block 7 is .*, and d+ is irreversible there/);
});

test('silence, a body without end, and one that is too long end the request', async (t) => {
  const bounds = { ms: 300, bytes: 1000 };
  const silent = await nodeThat(t, () => {});
  await assert.rejects(boundedFetch(silent.url, '{}', bounds), {
    code: 'chain_unreachable',
    message: /not complete after 0.3 s/,
  });
  const endless = await nodeThat(t, (_, response) => response.write('{'));
  await assert.rejects(boundedFetch(endless.url, '{}', bounds), { message: /not complete after 0.3 s/ });
  const huge = await nodeThat(t, says('9'.repeat(100_000)));
  await assert.rejects(boundedFetch(huge.url, '{}', bounds), { message: /more than 1000 bytes/ });
  await assert.rejects(boundedFetch('http://127.0.0.1:9', '{}', bounds), { code: 'chain_unreachable' });
});

const CONFIG = {
  producer: 'poolbp',
  phase: 1,
  eligible_percent: 50,
  deadline: 1,
  dispute: 1,
  paused_until: '2026-01-01T00:00:00',
};

test('tables: no rows, pages without end, and rows that are not the contract’s', async (t) => {
  const { chain: none } = await nodeThat(t, says({ more: false }));
  await assert.rejects(none.seats(), {
    code: 'chain_unreachable',
    message: /answered a query of the table seats without rows/,
  });
  const { chain: endless } = await nodeThat(t, says({ rows: [], more: true, next_key: '1' }));
  await assert.rejects(endless.seats(), { code: 'chain_unreachable', message: /comes to no end with the table seats/ });
  const { eligible_percent: _, ...lacking } = CONFIG;
  const { chain: other } = await nodeThat(t, says({ rows: [lacking], more: false }));
  await assert.rejects(other.config(), {
    code: 'chain',
    message: /for config.eligible_percent is not what it should be/,
  });
  const { chain: text } = await nodeThat(
    t,
    says({ rows: [{ index: 0, account: 'a', since: 'yesterday', until: 0 }], more: false }),
  );
  await assert.rejects(text.seats(), { message: /seats.since is not what it should be/ });
  await assert.rejects(text.schedule(), (thrown) => thrown instanceof PoolError);
});
