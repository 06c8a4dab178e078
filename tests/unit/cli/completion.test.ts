import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { SHELLS, type Shell } from '../../../cli/completion/scripts.ts';
import { nodesOf } from '../../../cli/completion/words.ts';
import { makeProgram } from '../../../cli/program.ts';
import { invoked } from '../../support/invoked.ts';
import { scratch } from '../../support/processes.ts';

/** Lines that are typed so far, the last word being completed, and the words that a shell offers; options of the last but one are left out. */
const TYPED: [line: string, offers: string[]][] = [
  ['bppool prop', ['proposals', 'propose']],
  ['bppool propose s', ['settle', 'spend', 'strategy', 'suspend']],
  ['bppool case answer --has', ['--hash']],
  ['bppool vote 12 yes --as alice --pu', ['--push']],
  ['bppool completion ', ['bash', 'fish', 'zsh']],
  ['bppool check --config con', ['config.ini']],
  ['bppool log verify con', ['config.ini']],
  ['bppool vote zzz', []],
];

/** In a bash: its own variables are set as it sets them. */
function inBash(script: string, lines: string[]): string {
  const ask = lines.map((line) => {
    const words = line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ');
    // What "-o default" does where there is nothing to offer.
    const files = `[[ $COMPREPLY ]] || COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))`;
    return `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _bppool_complete; ${files}; echo "\${COMPREPLY[*]}"`;
  });
  return `source '${script}'; complete -p bppool >/dev/null || exit 9; ${ask.join('; ')}`;
}

/** In a zsh with a terminal of its own, into which the lines are typed with a tab: each ends with what its completion was given. */
function inZsh(script: string, lines: string[]): string {
  const type = lines.map(
    (line) => `zpty -w -n z '${line}'$'\\t'; zpty -r -m z out '*<END>*'; show; zpty -w -n z $'\\a'`,
  );
  return `zmodload zsh/zpty; setopt extendedglob
show() { print -r -- \${(u)\${(M)\${(s:<:)\${out%%<END>*}}:#[^ ]##>*}%%>*} }
zpty z zsh -f -i
zpty -w z "PROMPT= RPROMPT=; autoload -Uz compinit; compinit -u -D; source '${script}'"
zpty -w z 'compadd() { local -a hits; builtin compadd -A hits "$@"; (( $#hits )) && print -rn -- "<\${(j:><:)hits}>"; builtin compadd "$@" }'
zpty -w z 'ended() { print -rn -- "<END>"; comppostfuncs=(ended) }; comppostfuncs=(ended)'
zpty -w z "bindkey '^I' list-choices; bindkey '^G' kill-buffer; print REA''DY"
zpty -r -m z out '*READY*'
${type.join('\n')}
zpty -d z`;
}

function inFish(script: string, lines: string[]): string {
  const ask = lines.map((line) => `echo (complete -C '${line}' | string split -f1 \\t)`);
  return `source '${script}'; ${ask.join('; ')}`;
}

const RUN: Record<Shell, [options: string[], script: (file: string, lines: string[]) => string]> = {
  bash: [['--norc', '-c'], inBash],
  zsh: [['-f', '-c'], inZsh],
  fish: [['--no-config', '-c'], inFish],
};

for (const shell of SHELLS) {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;
  test(`${shell} completes commands, sub-commands, options, words of arguments, and files where no word fits`, {
    skip: !isThere && `there is no ${shell} here: its completion was not tried`,
    timeout: 60_000,
  }, async (t) => {
    const dir = scratch(t);
    const at = path.join(dir, 'here');
    mkdirSync(at);
    writeFileSync(path.join(at, 'config.ini'), '');
    const script = path.join(dir, 'completion');
    writeFileSync(script, (await invoked(['completion', shell])).stdout);
    const [options, text] = RUN[shell];
    const lines = TYPED.map(([line]) => line);
    const { stdout, stderr, status } = spawnSync(shell, [...options, text(script, lines)], {
      ...{ cwd: at, encoding: 'utf8', timeout: 50_000 },
      env: { ...process.env, HOME: dir, XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir, TERM: 'dumb' },
    });
    assert.deepEqual([status, stderr], [0, ''], stdout);
    const offered = stdout.split('\n').map((line) =>
      line
        .split(' ')
        .filter((word) => word !== '' && (!word.startsWith('--') || word === '--push' || word === '--hash'))
        .sort(),
    );
    assert.deepEqual(
      TYPED.map(([line], i) => [line, offered[i]]),
      TYPED,
    );
  });
}

test('every command of the program is in the script, with its options', async () => {
  const script = (await invoked(['completion', 'bash'])).stdout;
  const nodes = nodesOf(makeProgram());
  assert.ok(nodes.length > 60, `${nodes.length}`);
  for (const { path: at, words } of nodes) assert.ok(script.includes(`    '${at}') words='${words.join(' ')}' ;;`), at);
});

test('another shell, and a name that is none of a command, are refused; with --json the script is in JSON', async () => {
  const wrong = await invoked(['completion', 'tcsh']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /Allowed choices are bash, zsh, fish/);
  const name = await invoked(['completion', 'bash', '--name', 'x; rm -rf ~']);
  assert.deepEqual([name.code, name.stdout], [2, '']);
  assert.match(name.stderr, /It takes the name of a command/);
  const json = JSON.parse((await invoked(['completion', 'fish', '--name', 'pool', '--json'])).stdout);
  assert.deepEqual([json.shell, json.name], ['fish', 'pool']);
  assert.match(json.script, /^# Completion of pool for fish/);
});
