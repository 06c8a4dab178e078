import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Services } from '../../../cli/run/services.ts';
import { scratch, until } from '../../support/processes.ts';

function services(t: { after(fn: () => void | Promise<void>): void }) {
  const told: string[] = [];
  let restarts = 0;
  const dir = scratch(t);
  const all = new Services(
    dir,
    (text) => told.push(text),
    () => restarts++,
  );
  t.after(() => all.stop());
  const start = (name: string, code = '') =>
    all.start({ name, entry: 'tests/support/stay.ts', env: { STAY_CODE: code } });
  return { all, told, dir, start, restarts: () => restarts };
}

test('once all is up, a program that is killed comes back under its name', async (t) => {
  const { all, told, start, restarts } = services(t);
  const { pid } = await start('one');
  const other = await start('other');
  all.keepUp([]);
  assert.equal(all.pidOf('one'), pid);
  process.kill(pid, 'SIGKILL');
  await until('its end', () => all.pidOf('one') !== pid);
  await until('another start', () => restarts() === 1);
  assert.ok(all.pidOf('one'));
  assert.notEqual(all.pidOf('one'), pid);
  assert.equal(all.pidOf('other'), other.pid);
  assert.deepEqual(told, ['one ended with SIGKILL, it is started again']);
});

test('a program that ends at once again and again fails the run, with its name and code', async (t) => {
  const { all, start, restarts } = services(t);
  all.keepUp([]);
  await start('hasty', '3');
  await assert.rejects(all.failed, { code: 'child_exit', message: /hasty ended with code 3/ });
  assert.equal(restarts(), 2);
});

test('the end of one fails the run before all is up, and that of a vital one also afterwards', async (t) => {
  const before = services(t);
  process.kill((await before.start('one')).pid, 'SIGKILL');
  await assert.rejects(before.all.failed, { message: /one ended with signal SIGKILL/ });
  const after = services(t);
  const { pid } = await after.start('vital');
  after.all.keepUp(['vital']);
  process.kill(pid, 'SIGKILL');
  await assert.rejects(after.all.failed, { message: /vital ended with signal SIGKILL/ });
});

test('groups are stopped one after the other, then the rest, and none comes back', async (t) => {
  const { all, start, restarts } = services(t);
  const order: string[] = [];
  for (const name of ['rest', 'second', 'first']) void (await start(name)).exited.then(() => order.push(name));
  all.keepUp([]);
  await all.stop(['first'], ['second', 'unknown']);
  assert.deepEqual(order, ['first', 'second', 'rest']);
  assert.deepEqual(all.supervisor.running, []);
  assert.equal(restarts(), 0);
});

test('each writes to a log of its name in the run’s folder', async (t) => {
  const { dir, start } = services(t);
  await (await start('one', '4')).exited;
  assert.equal(readFileSync(`${dir}/logs/one.log`, 'utf8'), 'ends with 4\n');
});
