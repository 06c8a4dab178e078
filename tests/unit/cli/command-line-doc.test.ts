import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { everyCommand, makeProgram } from '../../../cli/program.ts';
import { reference } from '../../../cli/reference.ts';
import { ROOT } from '../../../devnet/tools.ts';
import { FakePool } from '../../support/fake-pool.ts';
import { invoked } from '../../support/invoked.ts';

const MARK = '<!-- made by: node cli/reference.ts -->\n';
const doc = readFileSync(path.join(ROOT, 'docs/command-line.md'), 'utf8');

test('the reference in docs/command-line.md is what the commands say of themselves', () => {
  const [, made = ''] = doc.split(MARK);
  const now = execFileSync(process.execPath, [path.join(ROOT, 'cli/reference.ts')], {
    encoding: 'utf8',
    env: { PATH: '', ENV_FILE: '/dev/null' },
  });
  assert.equal(made, now, 'run: node_modules/.bin/node cli/reference.ts --write');
  assert.equal(reference(makeProgram()).length > 10_000, true);
});

test('every command has a description, and every one that does something has examples in its help', () => {
  for (const command of everyCommand(makeProgram())) {
    assert.ok(command.description(), command.name());
    // `cases` hands its options on to a program with a help of its own.
    if (command.commands.length > 0 || command.name() === 'cases') continue;
    let help = '';
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    assert.match(help, /Examples?:\n/, command.name());
  }
});

/** Each exit code of the table in the document, with a command that ends with it. */
const CODES: [number, string[]][] = [
  [0, ['rules']],
  [1, ['members', 'mallory']],
  [2, ['vote', 'x', 'yes']],
  [3, ['check', '--account', 'alice']],
];

test('the exit codes of the table are true', async (t) => {
  const pool = new FakePool();
  const api = await pool.serve(t);
  pool.accounts.alice = { ram_quota: -1, ram_usage: 0, cpu_limit: { available: -1 } };
  const clock = path.join(ROOT, 'tests/vectors');
  for (const [code, args] of CODES) {
    assert.match(doc, new RegExp(`^\\| ${code} +\\|`, 'm'));
    if (code === 3) pool.head = Date.now();
    const result = await invoked([...args, '--api', api], { CLOCK_SHIFT_FILE: clock });
    assert.equal(result.code, code, `${args.join(' ')}: ${result.stdout}${result.stderr}`);
  }
  assert.match(doc, /^\| 130 +\|/m);
});

test('every command that does something has --json', () => {
  // Its options are those of a program of its own.
  const leaves = everyCommand(makeProgram()).filter((one) => one.commands.length === 0 && one.name() !== 'cases');
  assert.ok(leaves.length > 60, `${leaves.length}`);
  const without = leaves.filter(({ options }) => !options.some(({ long }) => long === '--json'));
  assert.deepEqual(
    without.map((one) => one.name()),
    [],
  );
});

test('colours only on a terminal, and never with NO_COLOR; JSON has none', async (t) => {
  const api = await new FakePool().serve(t);
  for (const env of [{}, { NO_COLOR: '1' }]) {
    const { stdout } = await invoked(['members', '--api', api], env);
    assert.ok(!stdout.includes('\u001b['), stdout);
  }
});
