import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { clockFrom, shiftedClock, systemClock } from '../../../common/clock.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-clock-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const REREAD_MS = 60;

function shift(text: string): number {
  const file = path.join(dir, 'shift');
  writeFileSync(file, text);
  return Math.round((shiftedClock(file).now() - Date.now()) / 1000);
}

test('the seconds in the file are added', () => {
  assert.equal(shift('90000'), 90_000);
  assert.equal(shift('90000\n'), 90_000);
  assert.equal(shift('-5'), -5);
});

test('a file that is empty, garbage or missing shifts nothing', () => {
  for (const text of ['', '\n', 'tomorrow', '9'.repeat(30)]) assert.equal(shift(text), 0);
  assert.ok(Math.abs(shiftedClock(path.join(dir, 'missing')).now() - Date.now()) < 1000);
});

test('a changed file is noticed, a file that appears too', async () => {
  const file = path.join(dir, 'later');
  const clock = shiftedClock(file);
  assert.ok(Math.abs(clock.now() - Date.now()) < 1000);
  writeFileSync(file, '3600');
  await sleep(REREAD_MS);
  assert.ok(Math.abs(clock.now() - Date.now() - 3_600_000) < 1000);
  writeFileSync(file, '7200');
  await sleep(REREAD_MS);
  assert.ok(Math.abs(clock.now() - Date.now() - 7_200_000) < 1000);
});

test('without a file it is the system clock', () => {
  assert.equal(clockFrom(undefined), systemClock);
  assert.equal(clockFrom(''), systemClock);
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
});
