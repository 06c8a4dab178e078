import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { ChainClient } from '../../../common/chain.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { eventually } from '../../../devnet/wait.ts';
import { SettledWindow } from '../../../emitter/settled.ts';
import { recordsOf } from '../../support/log-forge.ts';
import { RetainedLog } from '../../support/retained-log.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-retention-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const fileOf = (name: string) => path.join(dir, `${name}.sqlite`);

const LIMIT = 600_000;
const LEAST = 16;

function verified(file: string) {
  const log = new EventLogReader(file);
  try {
    return verifyLog(log);
  } finally {
    log.close();
  }
}

/** Windows with a closing record, oldest first. */
function windowsOf(file: string): number[] {
  return recordsOf(file).flatMap(({ event }) => (event.type === 'window' ? [event.window] : []));
}

test('a log over its size loses its oldest settled windows, and verifies from a checkpoint on', () => {
  const log = new RetainedLog(fileOf('settled'), LIMIT);
  for (let window = 100; window < 200; window++) {
    log.settled = window - 2;
    log.tell(window);
  }
  assert.ok(log.store.usedBytes <= LIMIT, `${log.store.usedBytes}`);
  log.end();
  const windows = windowsOf(fileOf('settled'));
  assert.ok(windows.length > LEAST && windows.length < 100, `${windows.length}`);
  assert.equal(windows.at(-1), 199);
  const { ok, why, open } = verified(fileOf('settled'));
  assert.deepEqual([ok, why, open], [true, null, 0]);
  assert.equal(recordsOf(fileOf('settled'))[0]?.event.type, 'checkpoint');
  assert.ok(statSync(fileOf('settled')).size < 2 * LIMIT, 'free pages are filled again');
});

test('what is not settled stays, and it is said once that the log is over its size; once settled, it goes', () => {
  const file = fileOf('unsettled');
  const log = new RetainedLog(file, LIMIT);
  log.settled = 119;
  for (let window = 100; window < 200; window++) log.tell(window);
  assert.equal(windowsOf(file)[0], 120);
  assert.equal(log.faults.length, 1);
  assert.match(log.faults[0] ?? '', /takes \d+ bytes, more than the 600000 allowed.*settled windows up to 119/);
  log.settled = 229;
  for (let window = 200; window < 230; window++) log.tell(window);
  assert.ok(log.store.usedBytes <= LIMIT);
  assert.equal(log.faults.length, 1);
  log.end();
  assert.equal(verified(file).why, null);
});

test('while it is not known what is settled nothing goes', () => {
  const log = new RetainedLog(fileOf('unknown'), 1);
  for (let window = 100; window < 130; window++) log.tell(window);
  assert.equal(windowsOf(fileOf('unknown'))[0], 100);
  assert.deepEqual(log.faults, []);
  log.end();
});

test('the newest sixteen windows stay whatever they take, and few go at a time', () => {
  const file = fileOf('least');
  const log = new RetainedLog(file, 1);
  for (let window = 100; window < 140; window++) log.tell(window);
  log.settled = 200;
  log.tell(140);
  assert.equal(windowsOf(file)[0], 104, 'four at once');
  for (let window = 141; window < 160; window++) log.tell(window);
  assert.deepEqual(
    windowsOf(file),
    Array.from({ length: LEAST }, (_, k) => 144 + k),
  );
  log.end();
  assert.equal(verified(file).why, null);
});

test('killed at any moment the log verifies from a checkpoint on, and goes on', async () => {
  const file = fileOf('killed');
  const script = path.join(import.meta.dirname, '../../support/prune-forever.ts');
  for (const windows of [40, 3, 17, 1, 8]) {
    const child = spawn(process.execPath, [script, file, '400000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    for await (const chunk of child.stdout) {
      told += chunk;
      if (told.split('\n').length > windows) child.kill('SIGKILL');
    }
    const { ok, why } = verified(file);
    assert.deepEqual([ok, why], [true, null]);
    const last = told.split('\n').at(-2)?.split(' ')[0];
    assert.ok(windowsOf(file).includes(Number(last)), `window ${last} was told and is gone`);
  }
  assert.equal(recordsOf(file)[0]?.event.type, 'checkpoint', 'it was pruned');
});

test('the newest settled window is read from the contract, seldom; an unreachable node leaves what is known', async () => {
  let asked = 0;
  const answers: (() => Promise<unknown[]>)[] = [
    async () => [{ last_window: '68801234' }],
    async () => [],
    async () => Promise.reject(new Error('gone')),
    async () => [{ last_window: '68801299' }],
    async () => [{ window: '68801250' }, { window: '68801260' }],
  ];
  const chain = { rows: () => (answers[asked++] as () => Promise<unknown[]>)() } as unknown as ChainClient;
  const settled = new SettledWindow(chain, 'dac');
  assert.equal(settled.newest, null);
  await eventually('the answer', async () => (settled.newest === null ? undefined : true), 2000);
  assert.deepEqual([settled.newest, asked], [68_801_234, 2]);
  (settled as unknown as { askedAt: number }).askedAt -= 60_000;
  assert.equal(settled.newest, 68_801_234);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([settled.newest, asked], [68_801_234, 3]);
  (settled as unknown as { askedAt: number }).askedAt -= 60_000;
  // A window whose oracles disagree stays, and those behind it.
  await eventually('the open window', async () => (settled.newest === 68_801_249 ? true : undefined), 2000);
});
