import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../common/random.ts';
import type { Column, LiveEvents } from '../../../dashboard/api.ts';
import { columnOf } from '../../../dashboard/server/grid/column.ts';
import { fold } from '../../../dashboard/server/grid/fold.ts';
import { reservePorts } from '../../../devnet/ports.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { windowEvents } from '../../support/events.ts';
import { scratch, until } from '../../support/processes.ts';
import { FakeEmitter } from './support/fake-emitter.ts';
import { MemoryGrid } from './support/memory-grid.ts';
import { LiveClient, type LiveEvent } from './support/page.ts';

const KILLS = Number(process.env.PAGE_KILLS ?? 4);
const SEED = 11;

test(`killed ${KILLS} times at any moment, the server's file and its numbers go on: nothing is missed, nothing told twice`, {
  timeout: 180_000,
}, async (t) => {
  const emitter = new FakeEmitter();
  await emitter.listen();
  const dir = scratch(t);
  const { base, release } = await reservePorts(1);
  const url = `http://127.0.0.1:${base}`;
  const env = {
    ...process.env,
    ENV_FILE: '/dev/null',
    DASHBOARD_LISTEN: `127.0.0.1:${base}`,
    DASHBOARD_POOL: 'poolbp',
    DASHBOARD_DAC: 'pooldac',
    DASHBOARD_CHAIN_API: 'http://127.0.0.1:1',
    DASHBOARD_EMITTERS: `emitter1=${emitter.url}`,
    DASHBOARD_DB: path.join(dir, 'page.sqlite'),
    LOG_LEVEL: 'warn',
  };
  await release();
  let child: ChildProcess | null = null;
  const events: LiveEvent[] = [];
  let lastId: string | null = null;
  t.after(async () => {
    child?.kill('SIGKILL');
    await emitter.close();
  });
  const random = seededRandom(SEED);
  const all = Array.from({ length: KILLS + 1 }, (_, i) => windowEvents(100 + 20 * i)).flat();
  let said = 0;
  const say = (count: number) => {
    for (const { window, event } of all.slice(said, said + count)) emitter.say(event, window);
    said += count;
  };
  for (let life = 0; life <= KILLS; life++) {
    const isLast = life === KILLS;
    child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'dashboard/server/main.ts')],
      {
        env,
        stdio: 'inherit',
      },
    );
    const ended = once(child, 'exit');
    await until('it answers', async () => (await fetch(`${url}/live`).catch(() => null))?.ok === true);
    const client: LiveClient = new LiveClient(url, lastId);
    await until('the stream', () => client.status === 200);
    say(isLast ? all.length : 37);
    if (isLast)
      await until('the last window', () => columnsOf([...events, ...client.events]).size === (KILLS + 1) * 12);
    else await sleep(random.below(900));
    if (isLast) await client.stop();
    child.kill('SIGKILL');
    await ended;
    await client.ended;
    events.push(...client.events);
    lastId = client.lastId;
  }
  const grid = new MemoryGrid();
  for (const record of emitter.records) fold(grid, 'emitter1', record);
  const columns = columnsOf(events);
  for (const [slot, state] of grid.slots) assert.deepEqual(columns.get(slot), columnOf(state), `slot ${slot}`);
  // Each life goes on where the one before was, and that is further on each time.
  assert.deepEqual(
    emitter.asked,
    [...emitter.asked].sort((a, b) => a - b),
  );
  assert.ok((emitter.asked.at(-1) ?? 0) > 37, `${emitter.asked}`);
  const ids = events.flatMap(({ id }) => (id === null ? [] : [id]));
  assert.equal(new Set(ids).size, ids.length, 'each number once');
  assert.equal(events.filter(({ event }) => event === 'reset').length, 1, 'one beginning');
});

function columnsOf(events: LiveEvent[]): Map<number, Column> {
  const told = events.filter(({ event }) => event === 'reset' || event === 'columns');
  return new Map(told.flatMap(({ data }) => (data as LiveEvents['columns']).columns).map((one) => [one.slot, one]));
}
