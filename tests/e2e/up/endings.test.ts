import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { listens, PoolCommand, processesWith, scratch, until } from '../../support/processes.ts';
import { addresses, hasRunFile, readRunFile } from '../../support/run-file.ts';

const LONG = { timeout: 180_000 };

async function assertNothingLeft(dir: string): Promise<void> {
  await until('the end of all processes', () => processesWith(dir).length === 0, 30_000);
  if (!hasRunFile(dir)) return;
  for (const address of addresses(readRunFile(dir))) assert.equal(await listens(address), false, address);
}

for (const [signal, moment] of [
  ['SIGINT', /chain|running|.{0}/],
  ['SIGTERM', /emitter ready/],
  ['SIGINT', /running in/],
] as const) {
  test(`${signal} when it has said ${moment} leaves no process, port or node state`, LONG, async (t) => {
    const dir = path.join(scratch(t), 'run');
    const command = new PoolCommand(['up', '--windows', '3', '--producers', '1', '--dir', dir]);
    t.after(() => command.stop());
    await command.said(moment);
    await until('the folder', () => existsSync(path.join(dir, 'up.pid')));
    command.process.kill(signal);
    const { stderr, code } = await command.ended;
    assert.match(stderr, /stopping/);
    assert.equal(code, 130);
    await assertNothingLeft(dir);
    assert.equal(existsSync(path.join(dir, 'nodes')), false);
    assert.equal(existsSync(path.join(dir, 'up.pid')), false);
  });
}

test('kill -9 of up leaves no process and no port, and the folder can be used again', LONG, async (t) => {
  const dir = path.join(scratch(t), 'run');
  const command = new PoolCommand(['up', '--producers', '1', '--dir', dir]);
  t.after(() => command.stop());
  await command.said(/running in/);
  command.process.kill('SIGKILL');
  await command.ended;
  await assertNothingLeft(dir);
  assert.equal(existsSync(path.join(dir, 'nodes')), false);
  const again = new PoolCommand(['up', '--producers', '1', '--dir', dir]);
  t.after(() => again.stop());
  await again.said(/emitter ready/);
});

test(
  'two runs at once do not collide, and a second one in the same folder is refused with the pid',
  LONG,
  async (t) => {
    const [one, two] = [path.join(scratch(t), 'run'), path.join(scratch(t), 'run')];
    const commands = [one, two].map((dir) => new PoolCommand(['up', '--producers', '1', '--dir', dir]));
    t.after(() => Promise.all(commands.map((command) => command.stop())));
    await Promise.all(commands.map((command) => command.said(/running in/)));
    const ports = [one, two].map((dir) => addresses(readRunFile(dir)));
    assert.equal(new Set(ports.flat()).size, ports.flat().length);

    const third = await new PoolCommand(['up', '--dir', one]).ended;
    assert.equal(third.code, 1);
    assert.match(third.stderr, new RegExp(`live \\(pid ${commands[0]?.process.pid}\\)`));
    assert.ok(await listens(ports[0]?.[0] as string), 'the first run goes on');
  },
);

test('bad input gets one sentence and a non-zero exit', LONG, async (t) => {
  const base = scratch(t);
  const file = path.join(base, 'file');
  writeFileSync(file, '');
  const foreign = path.join(base, 'foreign');
  mkdirSync(foreign);
  writeFileSync(path.join(foreign, 'thesis.txt'), 'precious');
  const fresh = path.join(base, 'fresh');
  const cases: [string[], Record<string, string>, RegExp][] = [
    [['up', '--dir', path.join(file, 'below')], {}, /folder .*below cannot be made/],
    [['up', '--dir', foreign], {}, /holds "thesis.txt", which is no file of a run/],
    [['up', '--dir', fresh, '--members', '0'], {}, /whole number from 1 to 100/],
    [['up', '--dir', fresh, '--kill', 'leader@2:12'], {}, /leader@WINDOW:SLOT/],
    [['up', '--dir', fresh, '--windows', '1', '--kill', 'leader@2:5'], {}, /--windows ends the run after 1/],
    [['up', '--dir', fresh, '--strategy', 'luck'], {}, /strategy.*"luck".*first-delivered/i],
    [['up', '--dir', fresh], { NODEOS_BIN: '/bin/false' }, /bp1 ended with code 1/],
    [['up', '--dir', fresh], { NODEOS_BIN: '/no/such/nodeos' }, /NODEOS_BIN is not there/],
    [['upp'], {}, /unknown command 'upp'/],
  ];
  for (const [args, env, sentence] of cases) {
    const { code, stderr } = await new PoolCommand(args, env).ended;
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, sentence, args.join(' '));
    assert.doesNotMatch(stderr, /^\s+at /m, 'no stack trace');
  }
  assert.equal(existsSync(path.join(foreign, 'thesis.txt')), true);
  assert.deepEqual(processesWith(base), []);
});
