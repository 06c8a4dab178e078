import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { keyId } from '../../../common/keys.ts';
import { readTable, type Whole } from '../../../common/tables.ts';
import type { ActionAnswer, Column, EmitterView, LiveEvents, PoolAnswer } from '../../../dashboard/api.ts';
import { columnOf } from '../../../dashboard/server/grid/column.ts';
import { fold } from '../../../dashboard/server/grid/fold.ts';
import { Box } from '../../support/box.ts';
import { until } from '../../support/processes.ts';
import { MemoryGrid } from '../../unit/dashboard/support/memory-grid.ts';
import { LiveClient, type LiveEvent } from '../../unit/dashboard/support/page.ts';

const box = new Box();
const url = box.run.dashboard ?? '';
const { dac } = box.run;
const emitter = box.run.emitters[0]?.account ?? '';

/** Stays on the live stream as a browser does: when it ends, it is opened again behind the last event. */
class Visitor {
  readonly past: LiveEvent[] = [];
  private client = new LiveClient(url);
  private stopped = false;

  constructor(t: TestContext) {
    t.after(() => this.stop());
    void this.stay();
  }

  get events(): LiveEvent[] {
    return [...this.past, ...this.client.events];
  }

  get columns(): Map<number, Column> {
    const told = this.events.filter(({ event }) => event === 'reset' || event === 'columns');
    return new Map(told.flatMap(({ data }) => (data as LiveEvents['columns']).columns).map((one) => [one.slot, one]));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.client.stop();
  }

  private async stay(): Promise<void> {
    while (!this.stopped) {
      await this.client.ended;
      this.past.push(...this.client.events);
      if (!this.stopped) this.client = new LiveClient(url, this.client.lastId);
    }
  }
}

const pidOfPage = () => box.run.others.find(({ name }) => name === 'dashboard')?.pid;

async function json<T>(path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T;
}

/** The log folded once more, with keys and rows as the contract and the page have them. */
async function foldedLog(): Promise<Map<number, Column>> {
  const keys = await readTable<{ account: string; key: string }>(box.chain, dac, dac, 'keys');
  const grid = new MemoryGrid(new Map(keys.map(({ key, account }) => [keyId(key), account])));
  const { rows } = await json<LiveEvents['reset']>('/api/columns?limit=1');
  for (const { account } of rows) grid.row(account);
  for (const record of box.eventsAfter(0)) fold(grid, emitter, record);
  return new Map([...grid.slots].map(([slot, state]) => [slot, columnOf(state)]));
}

test('the page is killed in the middle of a window and comes back: a visitor saw each change once, and all that the log has', {
  timeout: 240_000,
}, async (t) => {
  const visitor = new Visitor(t);
  await until('the first columns', () => visitor.columns.size > 0);
  const first = box.lastSeq;
  const { slot } = await box.event(first, 'emission');
  const before = pidOfPage() as number;
  process.kill(before, 'SIGKILL');
  await until('it is back', () => {
    const now = pidOfPage();
    return typeof now === 'number' && now !== before;
  });
  await box.event(box.lastSeq, 'window', ({ window }) => window > Math.floor(slot / 12));
  const last =
    (await box.event(box.lastSeq - 200, 'window', ({ window }) => window > Math.floor(slot / 12))).window * 12 + 11;
  await until('the window after it', () => visitor.columns.get(last)?.isOpen === false);
  const wanted = await foldedLog();
  for (const [at, column] of visitor.columns) if (at <= last) assert.deepEqual(column, wanted.get(at), `slot ${at}`);
  const seen = [...visitor.columns.keys()];
  const missed = [...wanted.keys()].filter((at) => at >= Math.min(...seen) && at <= last && !visitor.columns.has(at));
  assert.deepEqual(missed, []);
  const ids = visitor.events.flatMap(({ id }) => (id === null ? [] : [id]));
  assert.equal(new Set(ids.map((id) => id.split('.')[0])).size, 1, 'the file is the same');
  const numbers = ids.map((id) => Number(id.split('.')[1]));
  assert.deepEqual(
    numbers,
    [...new Set(numbers)].sort((a, b) => a - b),
    'each change once, in order',
  );
  assert.equal(visitor.events.filter(({ event }) => event === 'reset').length, 1);
});

test('the emitted block of each slot is the one that left', { timeout: 60_000 }, async () => {
  const { columns } = await json<{ columns: Column[] }>('/api/columns?limit=60');
  const events = box.eventsAfter(0).map(({ event }) => event);
  const gone = new Set(events.flatMap((event) => (event.type === 'decision' ? event.replaces : [])));
  const out = events.filter((event) => event.type === 'emission').filter(({ id }) => !gone.has(id));
  const closed = columns.filter(({ isOpen }) => !isOpen);
  assert.ok(closed.length >= 12);
  for (const { slot, emitted } of closed)
    assert.equal(emitted?.id ?? null, out.find((event) => event.slot === slot)?.id ?? null, `slot ${slot}`);
});

/** Lines of a CSV without quotes in it, by the header's names. */
function lines(text: string): Record<string, string>[] {
  const [header = '', ...rows] = text.trim().split('\r\n');
  const names = header.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((value, i) => [names[i] ?? '', value])));
}

test('windows.csv and pay.csv say what the contract says', { timeout: 240_000 }, async () => {
  const { chain } = box;
  interface WindowRow {
    window: Whole;
    epoch: number;
    hash: string;
    eligible: string;
  }
  const settled = () => readTable<WindowRow>(chain, dac, dac, 'windows');
  let csv: Record<string, string>[] = [];
  let rows: WindowRow[] = [];
  await until('every window of the chain is final in the CSV, with its metrics', async () => {
    rows = await settled();
    csv = lines(await (await fetch(`${url}/api/windows.csv`)).text());
    const known = rows.filter(({ window }) =>
      csv.some((line) => line.window === String(window) && line.emitted !== ''),
    );
    return rows.length > 0 && known.length >= rows.length - 1;
  });
  const seats = await readTable<{ account: string; index: number }>(chain, dac, dac, 'seats');
  for (const { window, epoch, hash, eligible } of rows) {
    const mine = csv.filter((line) => line.window === String(window) && line.emitted !== '');
    if (mine.length === 0) continue;
    const byte = Number.parseInt(eligible.slice(0, 2) || '0', 16);
    for (const { account, index } of seats) {
      const line = mine.find(({ member }) => member === account);
      if (line) assert.equal(line.eligible, String((byte & (1 << index)) !== 0), `${window} ${account}`);
    }
    assert.deepEqual([mine[0]?.epoch, mine[0]?.report], [String(epoch), hash]);
  }
  await until('the pay of the same moment', async () => {
    const credits = await readTable<{ account: string; owed: Whole; credited: Whole; paid: Whole }>(
      chain,
      dac,
      '0',
      'credits',
    );
    const pay = lines(await (await fetch(`${url}/api/pay.csv`)).text());
    const units = (text: string | undefined) => String(Number((text ?? '').replace(/\D/g, '')));
    return credits.every(({ account, owed, credited, paid }) => {
      const line = pay.find((one) => one.account === account);
      return line && [owed, credited, paid].join() === [line.owed, line.credited, line.paid].map(units).join();
    });
  });
});

test('the books that the page shows add up to the balance, and the constitution is the one on the chain', {
  timeout: 60_000,
}, async () => {
  const pool = await json<PoolAnswer>('/api/pool');
  assert.equal(pool.constitution.isSame, true);
  assert.match(pool.constitution.text ?? '', /Constitution/);
  const units = (text: string) => BigInt(text.replace(/\D/g, ''));
  await until('a moment without income that is not swept', async () => {
    const [book] = (await json<PoolAnswer>('/api/pool')).books;
    if (!book) return false;
    const { owed, bucket, infrastructure, escrow, deposits, balance } = book;
    return units(balance) === [owed, bucket, infrastructure, escrow, deposits].map(units).reduce((a, b) => a + b);
  });
  const [view] = await json<EmitterView[]>('/api/emitters');
  assert.equal(view?.state, 'ready');
});

test('an action is a cleos line and a signing link with its code, by the ABI that the chain has; wrong data is a sentence', {
  timeout: 60_000,
}, async () => {
  const [member = ''] = box.run.members.map(({ account }) => account);
  const ask = (name: string, data: object) =>
    `/api/action?${new URLSearchParams({ name, actor: member, data: JSON.stringify(data) })}`;
  const { cleos, esr, qr } = await json<ActionAnswer>(ask('claim', { account: member, token: 0 }));
  assert.equal(
    cleos,
    `cleos -u ${box.run.publicApi} push action ${dac} claim '{"account":"${member}","token":0}' -p ${member}@active`,
  );
  assert.match(esr, /^esr:\/\/[\w-]+$/);
  assert.ok(qr.length >= 21 && qr.every((row) => row.length === qr.length && /^[# ]+$/.test(row)));
  assert.match(qr[0] ?? '', /^####### .* #######$/);
  const bad = async (path: string) => (await json<{ error: string }>(path)).error;
  assert.match(await bad(ask('claim', { account: member })), /^the data does not fit pooldac::claim: /);
  assert.equal(await bad(ask('nothing', {})), 'the contract of pooldac has no action nothing');
});
