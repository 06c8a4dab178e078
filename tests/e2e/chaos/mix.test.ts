import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { ChaosResult } from '../../../cli/chaos/result.ts';
import { LONG } from '../../support/nats.ts';
import { listens, PoolCommand, processesWith, scratch, until } from '../../support/processes.ts';
import { addresses, readRunFile } from '../../support/run-file.ts';

/** A NATS node, an emitter between decision and send, a relay node: what the many-emitter pool must stand. */
const SEED = 180;

async function assertNothingLeft(dir: string): Promise<void> {
  await until('the end of all processes', () => processesWith(dir).length === 0, 30_000);
  for (const address of addresses(readRunFile(dir))) assert.equal(await listens(address), false, address);
  assert.equal(existsSync(path.join(dir, 'nodes')), false);
  assert.equal(existsSync(path.join(dir, 'up.pid')), false);
}

test('three kills in a running pool: no slot missed or emitted twice, no event lost, nothing paid twice', {
  timeout: 300_000,
}, async (t) => {
  const dir = path.join(scratch(t), 'run');
  const json = path.join(path.dirname(dir), 'chaos.json');
  const what = ['--kill', 'mix', '--times', '3', '--producers', '1', '--seed', String(SEED)];
  const command = new PoolCommand(['chaos', ...what, '--dir', dir, '--json', json]);
  t.after(() => command.stop());
  const { code, stderr, stdout } = await command.ended;
  assert.equal(code, 0, stderr);
  const result = JSON.parse(readFileSync(json, 'utf8')) as ChaosResult;
  const { kind, times, seed, slots, missed, emittedTwice, eventsLost, paidTwice, unseen, unsettled } = result;
  assert.deepEqual(
    { kind, times, seed, missed, emittedTwice },
    { kind: 'mix', times: 3, seed: SEED, missed: 0, emittedTwice: 0 },
  );
  assert.deepEqual(
    { eventsLost, paidTwice, unseen, unsettled },
    { eventsLost: 0, paidTwice: 0, unseen: 0, unsettled: 0 },
  );
  assert.ok(slots >= 4 * 12 && slots % 12 === 0, `${slots} slots`);
  assert.deepEqual(
    result.kills.map(({ victim, isOnTime }) => [victim, isOnTime]),
    [
      ['nats', true],
      ['emitter', true],
      ['relay', true],
    ],
  );
  assert.match(stdout, /^\| mix +\| 3 +\|/m);
  await assertNothingLeft(dir);
});

test('Ctrl-C while a victim is frozen leaves no process, port or node state', {
  timeout: 180_000,
  ...LONG,
}, async (t) => {
  const dir = path.join(scratch(t), 'run');
  const what = ['--kill', 'oracle', '--signal', 'STOP', '--oracles', '1', '--producers', '1'];
  const command = new PoolCommand(['chaos', ...what, '--dir', dir]);
  t.after(() => command.stop());
  await command.said(/froze oracle/);
  command.process.kill('SIGINT');
  assert.equal((await command.ended).code, 130);
  await assertNothingLeft(dir);
});
