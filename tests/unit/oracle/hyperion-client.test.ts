import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { HyperionStreamClient } from '@eosrio/hyperion-stream-client';
import { FakeHyperion } from '../../support/fake-hyperion.ts';
import { until } from '../../support/processes.ts';

/** The client as it is: the faults that the oracle's thread around it answers. When one of these fails, the client was mended. */
const trx = (n: number) => n.toString(16).padStart(64, '0');
const REPORTS = { contract: 'pooldac', action: 'report', account: '', filters: [], start_from: 0, read_until: 0 };

interface Item {
  irreversible: boolean;
  content: { block_num: number; trx_id: string };
}

async function clientOf(t: TestContext, options: Record<string, unknown> = {}) {
  const fake = await FakeHyperion.listen();
  const client = new HyperionStreamClient({ endpoint: fake.url, ...options });
  t.after(async () => {
    client.disconnect();
    await fake.close();
  });
  return { fake, client };
}

test('the bare client: connect() to an endpoint that does not answer does not settle', async (t) => {
  const sockets: Socket[] = [];
  const mute = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const client = new HyperionStreamClient({ endpoint: `http://127.0.0.1:${port}` });
  t.after(() => {
    client.disconnect();
    for (const socket of sockets) socket.destroy();
    mute.close();
  });
  let settled = false;
  const settle = () => {
    settled = true;
  };
  client.connect().then(settle, settle);
  await until('it dialled', () => sockets.length > 0, 5000);
  for (const socket of sockets) socket.destroy();
  await until('it dialled again', () => sockets.length > 1, 10_000);
  assert.equal(settled, false);
});

test('the bare client: actions of a fork come as irreversible', async (t) => {
  const { fake, client } = await clientOf(t, { libStream: true });
  const items: Item[] = [];
  client.setAsyncDataHandler(async () => {});
  client.setAsyncLibDataHandler(async (item: Item) => {
    items.push(item);
  });
  await client.connect();
  await client.streamActions(REPORTS);
  fake.action({ num: 10, trx: trx(999) });
  fake.fork(10, 10, trx(0));
  const told = () => {
    // The action may still be in the client's queue, and is looked for at the next one only.
    fake.lib(11, trx(0));
    return items.length > 0;
  };
  await until('what it takes for irreversible', told, 5000);
  const [item] = items;
  assert.deepEqual([item?.irreversible, item?.content.trx_id], [true, trx(999)]);
});

test('the bare client: a subscription that is refused after a reconnect is forgotten', async (t) => {
  const { fake, client } = await clientOf(t);
  client.setAsyncDataHandler(async () => {});
  await client.connect();
  await client.streamActions(REPORTS);
  fake.answer = 'refuse';
  fake.cut();
  await until('it subscribed again', () => fake.subscriptions === 2, 10_000);
  fake.answer = 'OK';
  fake.cut();
  await until('it is connected again', () => fake.clients === 1 && client.online, 10_000);
  assert.deepEqual([client.savedRequests.length, fake.subscriptions], [0, 2]);
});

test('the bare client: a handler that never ends stalls all that comes after', async (t) => {
  const { fake, client } = await clientOf(t);
  let items = 0;
  let forks = 0;
  client.setAsyncDataHandler(() => {
    items++;
    return new Promise(() => {});
  });
  client.on('fork' as never, () => forks++);
  await client.connect();
  await client.streamActions(REPORTS);
  for (let num = 1; num <= 3; num++) fake.action({ num, trx: trx(num) });
  fake.fork(9, 9, trx(0));
  await until('all of it came', () => forks === 1, 5000);
  assert.equal(items, 1);
});
