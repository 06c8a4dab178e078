import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { nodesOf } from '../../../cli/completion/words.ts';
import { makeProgram } from '../../../cli/program.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

/** What bash offers for a line that is typed so far, the last word being completed. */
async function offered(t: Parameters<typeof scratch>[0], lines: string[]): Promise<string[][]> {
  const dir = scratch(t);
  const script = path.join(dir, 'completion.bash');
  writeFileSync(script, (await invoked(['completion', 'bash'])).stdout);
  writeFileSync(path.join(dir, 'config.ini'), '');
  const ask = lines.map((line) => {
    const words = line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ');
    return `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _bppool_complete; echo "\${COMPREPLY[*]}"`;
  });
  const { stdout, stderr, status } = spawnSync(
    'bash',
    ['--norc', '-c', `source '${script}'; complete -p bppool >/dev/null || exit 9; ${ask.join('; ')}`],
    { cwd: dir, encoding: 'utf8' },
  );
  assert.deepEqual([status, stderr], [0, '']);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').filter(Boolean));
}

test('bash completes commands, sub-commands, options, words of arguments, and files where an option takes one', async (t) => {
  const [commands = [], kinds = [], options = [], words = [], files = [], after = [], none = []] = await offered(t, [
    'bppool prop',
    'bppool propose s',
    'bppool vote 12 yes --as alice --pu',
    'bppool completion ',
    'bppool check --config con',
    'bppool case answer --has',
    'bppool vote zzz',
  ]);
  assert.deepEqual(commands.sort(), ['proposals', 'propose']);
  assert.deepEqual(kinds.sort(), ['settle', 'spend', 'strategy', 'suspend']);
  assert.deepEqual(options, ['--push']);
  assert.deepEqual(
    words.filter((word) => !word.startsWith('-')),
    ['bash', 'zsh', 'fish'],
  );
  assert.deepEqual(files, ['config.ini']);
  assert.deepEqual(after, ['--hash']);
  assert.deepEqual(none, []);
});

test('every command of the program is in the script, with its options', async () => {
  const script = (await invoked(['completion', 'bash'])).stdout;
  const nodes = nodesOf(makeProgram());
  assert.ok(nodes.length > 60, `${nodes.length}`);
  for (const { path: at, words } of nodes) assert.ok(script.includes(`    '${at}') words='${words.join(' ')}' ;;`), at);
});

test('zsh and fish get a script too; another shell is refused', async () => {
  for (const shell of ['zsh', 'fish']) {
    const { code, stdout } = await invoked(['completion', shell, '--name', 'pool']);
    assert.equal(code, 0);
    assert.match(stdout, /propose/);
    const found = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (!found.error) assert.deepEqual([found.status, found.stderr], [0, ''], shell);
  }
  const wrong = await invoked(['completion', 'tcsh']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Allowed choices are bash, zsh, fish/);
});
