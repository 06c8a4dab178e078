import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Column, EmitterView, LiveEvents } from '../../../dashboard/api.ts';
import { windowEvents } from '../../support/events.ts';
import { scratch, until } from '../../support/processes.ts';
import { FakeEmitter } from './support/fake-emitter.ts';
import { LiveClient, startPage } from './support/page.ts';

async function emitterOf(t: TestContext): Promise<FakeEmitter> {
  const emitter = new FakeEmitter();
  await emitter.listen();
  t.after(() => emitter.close());
  return emitter;
}

async function pageOf(t: TestContext, emitter: FakeEmitter, more: Record<string, string> = {}) {
  const page = await startPage({ DASHBOARD_EMITTERS: `emitter1=${emitter.url}`, ...more });
  t.after(() => page.stop());
  return page;
}

function listen(t: TestContext, url: string, lastId: string | null = null): LiveClient {
  const client = new LiveClient(url, lastId);
  t.after(() => client.stop());
  return client;
}

function sayWindow(emitter: FakeEmitter, window: number): void {
  for (const { event } of windowEvents(window)) emitter.say(event, window);
}

/** The newest word on each slot. */
function columnsOf(client: LiveClient): Map<number, Column> {
  const all = client.events.flatMap(({ event, data }) =>
    event === 'reset' || event === 'columns' ? (data as LiveEvents['columns']).columns : [],
  );
  return new Map(all.map((column) => [column.slot, column]));
}

test('a page that comes gets the newest columns, then what changes, each under a number', async (t) => {
  const emitter = await emitterOf(t);
  sayWindow(emitter, 100);
  const { url } = await pageOf(t, emitter);
  const client = listen(t, url);
  await until('the first window', () => columnsOf(client).size === 12);
  sayWindow(emitter, 200);
  await until('the second window', () => columnsOf(client).size === 24);
  const column = columnsOf(client).get(2400);
  assert.deepEqual(column, {
    slot: 2400,
    cells: 'E',
    views: { emitter1: 'E' },
    emitted: {
      id: (2400).toString(16).padStart(64, '0'),
      member: 'alice',
      emitter: 'emitter1',
      arrivedMs: column?.emitted?.arrivedMs ?? 0,
      addedUs: 300,
    },
    marks: [],
    isOpen: false,
  });
  assert.equal(client.events[0]?.event, 'reset');
  const numbers = client.events.flatMap(({ id }) => (id === null ? [] : [Number(id.split('.')[1])]));
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  assert.equal(new Set(numbers).size, numbers.length);
});

test('a stream goes on behind its last event, with what it missed and nothing twice', async (t) => {
  const emitter = await emitterOf(t);
  sayWindow(emitter, 100);
  const { url } = await pageOf(t, emitter);
  const first = listen(t, url);
  await until('the first window', () => columnsOf(first).size === 12);
  await first.stop();
  sayWindow(emitter, 200);
  const other = listen(t, url);
  await until('the second window is known', () => columnsOf(other).size === 24);
  const again = listen(t, url, first.lastId);
  await until('an answer', () => again.of('columns').length > 0);
  assert.deepEqual(again.of('reset'), []);
  const slots = again.of<LiveEvents['columns']>('columns').flatMap(({ columns }) => columns.map(({ slot }) => slot));
  assert.deepEqual(
    slots,
    Array.from({ length: 12 }, (_, k) => 2400 + k),
  );
});

for (const [what, id] of [
  ['of another file', '0123456789ab.3'],
  ['of the future', null],
  ['that is nonsense', 'a b c'],
] as const) {
  test(`an id ${what} is answered with a reset`, async (t) => {
    const emitter = await emitterOf(t);
    sayWindow(emitter, 100);
    const { url } = await pageOf(t, emitter);
    const first = listen(t, url);
    await until('the first window', () => columnsOf(first).size === 12);
    const generation = first.lastId?.split('.')[0];
    const client = listen(t, url, id ?? `${generation}.999999`);
    await until('an answer', () => client.events.length > 0);
    assert.equal(client.events[0]?.event, 'reset');
  });
}

test('after a restart the numbers mean the same: what was told goes on, without a gap', async (t) => {
  const emitter = await emitterOf(t);
  const db = path.join(scratch(t), 'page.sqlite');
  sayWindow(emitter, 100);
  const first = await startPage({ DASHBOARD_EMITTERS: `emitter1=${emitter.url}`, DASHBOARD_DB: db });
  const before = listen(t, first.url);
  await until('the first window', () => columnsOf(before).size === 12);
  await first.stop();
  await before.ended;
  sayWindow(emitter, 200);
  const { url } = await pageOf(t, emitter, { DASHBOARD_DB: db });
  const after = listen(t, url, before.lastId);
  await until('the second window', () => columnsOf(after).size >= 12);
  assert.deepEqual(after.of('reset'), []);
  assert.deepEqual(
    [...columnsOf(after).keys()].sort(),
    Array.from({ length: 12 }, (_, k) => 2400 + k),
  );
  // The last record that was read came once more, to show that the log is the same; nothing before it did.
  assert.equal(emitter.asked.at(-1), 12 * 3 + 1 - 1);
});

test('a log that began anew is read from its beginning, and that is shown', async (t) => {
  const emitter = await emitterOf(t);
  sayWindow(emitter, 100);
  sayWindow(emitter, 150);
  const { url } = await pageOf(t, emitter);
  const client = listen(t, url);
  await until('both windows', () => columnsOf(client).size === 24);
  await emitter.close();
  emitter.records = [];
  sayWindow(emitter, 200);
  await emitter.listen();
  await until('the new window', () => columnsOf(client).size === 36);
  await until('it is told', () =>
    client
      .of<EmitterView[]>('emitters')
      .some(([view]) => view?.notices.some((text) => /began anew after record 74/.test(text))),
  );
});

test('a log of as many records that is another one shows by its hashes', async (t) => {
  const emitter = await emitterOf(t);
  sayWindow(emitter, 100);
  const { url } = await pageOf(t, emitter);
  const client = listen(t, url);
  await until('the first window', () => columnsOf(client).size === 12);
  await emitter.close();
  emitter.records = [];
  sayWindow(emitter, 200);
  sayWindow(emitter, 300);
  await emitter.listen();
  await until('the new windows', () => columnsOf(client).size === 36);
});

test('records that were pruned meanwhile are missed in words', async (t) => {
  const emitter = await emitterOf(t);
  sayWindow(emitter, 100);
  const { url } = await pageOf(t, emitter);
  const client = listen(t, url);
  await until('the first window', () => columnsOf(client).size === 12);
  await emitter.close();
  sayWindow(emitter, 200);
  sayWindow(emitter, 300);
  emitter.records = emitter.records.slice(80);
  await emitter.listen();
  await until('the newest window', () => columnsOf(client).has(3611));
  await until('it is told', () =>
    client
      .of<EmitterView[]>('emitters')
      .some(([view]) =>
        view?.notices.some((text) => /nothing between record 37, which was read last, and 81/.test(text)),
      ),
  );
});

test('an emitter that is away, or says nonsense, is shown, and the page stays', async (t) => {
  const emitter = await emitterOf(t);
  emitter.status = { hello: 'there' };
  const { url } = await pageOf(t, emitter);
  const [view] = (await (await fetch(`${url}/api/emitters`)).json()) as EmitterView[];
  assert.equal(view?.state, 'away');
  assert.deepEqual(view?.reasons, ['emitter1 has not answered yet']);
  emitter.status = null;
  await until(
    'it answers',
    async () => ((await (await fetch(`${url}/api/emitters`)).json()) as EmitterView[])[0]?.state === 'ready',
  );
});

test('streams are limited, by address and in all, in one sentence', async (t) => {
  const emitter = await emitterOf(t);
  const { url } = await pageOf(t, emitter, { DASHBOARD_STREAMS_PER_ADDRESS: '2' });
  const clients = [listen(t, url), listen(t, url)];
  await until('both stand', () => clients.every(({ events }) => events.length > 0));
  const third = await fetch(`${url}/api/live`);
  assert.equal(third.status, 503);
  assert.deepEqual(await third.json(), { error: 'this address has 2 live streams already; close one of them' });
  await clients[0]?.stop();
  await until('there is room', async () => {
    const again = listen(t, url);
    await until('an answer', () => again.status !== 0);
    return again.status === 200;
  });
});
