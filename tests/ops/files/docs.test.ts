import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT } from '../../../devnet/tools.ts';
import { cleosProblem } from '../support/cleos-line.ts';
import { commandProblem, commandTree } from '../support/command-tree.ts';
import { anchorsOf, blocksOf, commandsOf, documents, textOf, wordsOf } from '../support/markdown.ts';

const program = commandTree();
const scripts = (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: object }).scripts;
const run = promisify(execFile);
const POOL = ['./pool', 'bppool'];
/** Folders of the repository: a path into one has to be there. */
const FOLDERS = /^(agent|bench|cli|common|contracts|dashboard|deploy|devnet|docs|emitter|oracle|tests)\//;

/** The commands of a line, each in its words: what stands between pipes and the like, and inside of $( ). */
function partsOf(command: string): string[][] {
  const inner = [...command.matchAll(/\$\(([^()]*)\)/g)].flatMap(([, each = '']) => partsOf(each));
  const parts: string[][] = [[]];
  for (const word of wordsOf(command.replace(/\$\([^()]*\)/g, 'x'))) {
    if (/^(\|\|?|&&|;|>>?|<|2>|&)$/.test(word)) parts.push([]);
    else if (parts.at(-1)?.length || !/^[A-Z_]+=/.test(word)) parts.at(-1)?.push(word);
  }
  return [...inner, ...parts.filter((part) => part.length > 0)];
}

/** What is wrong with a command, or null. */
function problemOf(words: string[]): string | null {
  const [first = ''] = words;
  if (POOL.includes(first)) {
    const problem = commandProblem(program, words);
    if (problem) return problem;
    const [, verb, suite] = words;
    if (verb === 'test' && suite && /^[a-z][a-z0-9/]*$/.test(suite) && !existsSync(path.join(ROOT, 'tests', suite)))
      return `there is no suite ${suite}`;
  }
  if (first === 'cleos') return cleosProblem(words);
  if (first === 'npm' && words[1] === 'run' && !((words.at(-1) ?? '') in scripts))
    return `npm has no script ${words.at(-1)}`;
  const missing = words.find(
    (word) => FOLDERS.test(word) && !/[…*{}]|target|[A-Z]{3,}/.test(word) && !existsSync(path.join(ROOT, word)),
  );
  return missing === undefined ? null : `there is no ${missing}`;
}

for (const file of documents()) {
  describe(file, () => {
    const blocks = blocksOf(file);

    test('its commands are those that there are', () => {
      const problems = blocks.flatMap((block) =>
        commandsOf(block).flatMap(({ line, command }) =>
          partsOf(command).flatMap((words) => {
            const problem = problemOf(words);
            return problem === null ? [] : [`${file}:${line}: ${problem}`];
          }),
        ),
      );
      assert.deepEqual(problems, []);
    });

    test('so are those in its sentences', () => {
      const sentences = textOf(file).replace(/^\s*```[\s\S]*?^\s*```/gm, '');
      const problems = [...sentences.matchAll(/`((?:\.\/pool|bppool|cleos) [^`\n]+)`/g)].flatMap(([, command = '']) => {
        const words = wordsOf(command.replaceAll('\\|', '|'));
        const problem = words[0] === 'cleos' ? cleosProblem(words) : commandProblem(program, words, false);
        return problem === null ? [] : [`${command}: ${problem}`];
      });
      assert.deepEqual(problems, []);
    });

    test('its links lead somewhere', () => {
      const bad = [
        ...textOf(file)
          .replace(/^\s*```[\s\S]*?^\s*```/gm, '')
          .matchAll(/\]\(([^)\s]+)\)/g),
      ].flatMap(([, link = '']) => {
        if (/^[a-z]+:/.test(link)) return [];
        const [target = '', anchor] = link.split('#');
        const to = target === '' ? file : path.join(path.dirname(file), target);
        if (!existsSync(path.join(ROOT, to))) return [`${link}: there is no ${to}`];
        return anchor === undefined || anchorsOf(to).has(anchor) ? [] : [`${link}: ${to} has no such heading`];
      });
      assert.deepEqual(bad, []);
    });

    for (const block of blocks.filter(({ mark }) => mark === 'sh run')) {
      test(`what is told from line ${block.line} on comes out`, { timeout: 120_000 }, async () => {
        const told = block.text.replace(/^\$ (?:.*\\\n)*.*\n/gm, '').trim();
        const lines = commandsOf(block).map(({ command }) => command);
        const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], { cwd: ROOT });
        assert.equal(stdout.trim(), told);
      });
    }
  });
}

test('what does not exist is found: a command, an option, an argument, an action, a field, a table, a file', () => {
  const found = (command: string) =>
    partsOf(command)
      .map(problemOf)
      .find((problem) => problem !== null) ?? null;
  assert.match(found('./pool upp') ?? '', /no command "upp"/);
  assert.match(found('./pool up --window 3') ?? '', /no option --window/);
  assert.match(found('./pool log verify one.sqlite two.sqlite') ?? '', /takes 1 arguments/);
  assert.match(found('eval "$(./pool join)"') ?? '', /needs account/);
  assert.match(found('./pool test unti') ?? '', /no suite unti/);
  assert.match(found(`cleos push action pooldac claims '["dave", 0]' -p dave`) ?? '', /no action claims/);
  assert.match(found(`cleos push action pooldac claim '["dave"]' -p dave`) ?? '', /claim takes account, token/);
  assert.match(found('cleos get table pooldac pooldac member') ?? '', /no table member/);
  assert.match(found('cleos gett info') ?? '', /cleos has no "gett info"/);
  assert.match(found('node deploy/nothing.ts') ?? '', /no deploy\/nothing\.ts/);
  assert.match(found('npm run nothing') ?? '', /no script nothing/);
  assert.equal(found(`cleos get table pooldac pooldac proposals --lower $id --limit 1 | jq -r '.rows[0].hash'`), null);
});
