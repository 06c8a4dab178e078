import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { shimLibrary } from '../../../devnet/tools.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'shim-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const clock = path.join(dir, 'clock');

function withShim(env: Record<string, string>, program: string): string {
  const all = { ...process.env, LD_PRELOAD: shimLibrary(), ...env };
  return execFileSync(process.execPath, ['-e', program], { env: all, encoding: 'utf8' }).trim();
}

test('the clock is ahead by the seconds in the file, the monotonic clock is not', () => {
  writeFileSync(clock, '90000');
  const program = 'console.log(JSON.stringify([Date.now(), performance.now()]))';
  const [now = 0, monotonic = 0] = JSON.parse(withShim({ SHIM_CLOCK_FILE: clock }, program)) as number[];
  assert.ok(Math.abs(now - 90_000_000 - Date.now()) < 5000);
  assert.ok(monotonic < 5000);
});

test('a running process follows a change of the file', () => {
  writeFileSync(clock, '0');
  const program = `const before = Date.now(); require('fs').writeFileSync(process.env.SHIM_CLOCK_FILE, '3600');
    setTimeout(() => console.log(Math.round((Date.now() - before) / 1000)), 200);`;
  assert.equal(withShim({ SHIM_CLOCK_FILE: clock }, program), '3600');
});

test('parts of a second count, forwards and backwards', () => {
  for (const [text, ms] of [
    ['0.3', 300],
    ['-0.3', -300],
    ['-1.75', -1750],
  ] as const) {
    writeFileSync(clock, text);
    // The shift is found between two readings of the true clock.
    const before = Date.now();
    const ahead = Number(withShim({ SHIM_CLOCK_FILE: clock }, 'console.log(Date.now())')) - ms;
    assert.ok(ahead >= before - 2 && ahead <= Date.now() + 2, `${text}: ${ahead - before}`);
  }
});

test('without a file, and with one that is missing or holds no number, the clock is the real one', () => {
  const program = 'console.log(Date.now())';
  writeFileSync(clock, 'tomorrow');
  for (const env of [
    {},
    { SHIM_CLOCK_FILE: '' },
    { SHIM_CLOCK_FILE: path.join(dir, 'none') },
    { SHIM_CLOCK_FILE: clock },
  ]) {
    assert.ok(Math.abs(Number(withShim(env, program)) - Date.now()) < 5000);
  }
});

test('a process whose parent is gone already ends at once', () => {
  const env = { ...process.env, LD_PRELOAD: shimLibrary(), DIE_WITH_PARENT: '999999999' };
  const { status, stdout } = spawnSync(process.execPath, ['-e', 'console.log("alive")'], { env, encoding: 'utf8' });
  assert.deepEqual([status, stdout], [1, '']);
});

test("a process' own children do not see the parent's variables", () => {
  const env = { DIE_WITH_PARENT: String(process.pid), DIE_WITH_SIGNAL: '9' };
  const program = `console.log(require('child_process').execFileSync('/usr/bin/env', { encoding: 'utf8' }))`;
  assert.doesNotMatch(withShim(env, program), /DIE_WITH/);
});
