import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as Serialize from 'eosjs/dist/eosjs-serialize.js';
import type { Abi } from '../../contracts/abi.ts';
import { buildContract } from '../../contracts/build.ts';
import { PERMISSIONLESS } from '../../contracts/permissionless.ts';
import { LINES } from '../e2e/chain/cleos-lines.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const page = read('docs/contract.md');
const constitution = read('docs/constitution.md');
const abi = JSON.parse(readFileSync(buildContract().abi, 'utf8')) as Abi;
const types = Serialize.getTypesFromAbi(Serialize.createInitialTypes(), abi as never);
const fieldsOf = (type: string) => abi.structs.find((struct) => struct.name === type)?.fields ?? [];

interface Line {
  action: string;
  given: Record<string, unknown> | unknown[];
  actor: string;
  text: string;
}

const PUSH = /^cleos push action pooldac (\S+) '(.*)' -p ([a-z1-5.]+)(?:@\w+)?$/gm;

/** The lines that push an action. What the shell fills in is filled in: a hash where quotes stand around it, else a number. */
function pushes(text: string): Line[] {
  return [...text.matchAll(PUSH)].map((match) => {
    const json = (match[2] ?? '')
      .replace(/"'\$(?:\([^)]*\)|\w+)'"/g, () => `"${createHash('sha256').digest('hex')}"`)
      .replace(/'\$\w+'/g, '7');
    return { action: match[1] ?? '', given: JSON.parse(json), actor: match[3] ?? '', text: match[0] };
  });
}

function packs(line: Line): void {
  const action = abi.actions.find(({ name }) => name === line.action);
  assert.ok(action, `there is no action for: ${line.text}`);
  const fields = fieldsOf(action.type);
  const names = fields.map(({ name }) => name);
  const { given } = line;
  if (Array.isArray(given)) assert.equal(given.length, names.length, line.text);
  else assert.deepEqual(Object.keys(given), names, line.text);
  const data = Array.isArray(given) ? Object.fromEntries(names.map((name, i) => [name, given[i]])) : given;
  const buffer = new Serialize.SerialBuffer();
  for (const { name, type } of fields) {
    assert.doesNotThrow(() => Serialize.getType(types, type).serialize(buffer, data[name]), `${name} of ${line.text}`);
  }
}

/** An action's part of the page: from its name to the next one's. */
const entries = new Map(
  [...page.matchAll(/^\*\*`(\w+)`\*\* – by ([\s\S]*?)(?=^\*\*`|^##)/gm)].map((match) => [
    match[1] ?? '',
    match[2] ?? '',
  ]),
);

test('docs/contract.md tells of every action once, with a line for it that the ABI accepts', () => {
  const names = abi.actions.map(({ name }) => name).sort();
  assert.deepEqual([...entries.keys()].sort(), names);
  for (const [name, text] of entries) {
    const lines = pushes(text);
    assert.deepEqual(
      lines.map((line) => line.action),
      [name],
    );
    assert.match(text, /_Refuses_\s/);
    for (const line of lines) {
      packs(line);
      const [first] = Object.values(line.given);
      if (PERMISSIONLESS[name]) continue;
      assert.ok(line.actor === first || line.actor === 'pooldac', `who signs is not who acts: ${line.text}`);
    }
  }
});

test('docs/contract.md says of each action whether anybody may push it', () => {
  for (const [name, text] of entries) {
    assert.equal(/^(?:anyone|the payee at any time; anyone)\b/.test(text), name in PERMISSIONLESS, name);
  }
});

test('every other line of cleos on the page is one that the chain tests run, or packs too', () => {
  for (const line of pushes(page)) packs(line);
  for (const line of Object.values(LINES)) assert.ok(page.includes(`\n${line}\n`), `docs/contract.md lacks: ${line}`);
});

test('docs/contract.md tells of every table, each of its columns and the line that shows it', () => {
  const parts = new Map(
    [...page.matchAll(/^\*\*`(\w+)`\*\* – (?!by )([\s\S]*?)(?=^\*\*`|^##)/gm)].map((match) => [
      match[1],
      match[2] ?? '',
    ]),
  );
  assert.deepEqual([...parts.keys()].sort(), abi.tables.map(({ name }) => name).sort());
  for (const { name, type } of abi.tables) {
    const text = parts.get(name) ?? '';
    assert.match(text, /Scope[\s\S]*;\s+paid by [\s\S]*;\s+erased:\s/, name);
    for (const field of fieldsOf(type)) assert.ok(text.includes(`\`${field.name}\``), `${name}.${field.name}`);
    const lines = [...text.matchAll(/^cleos get table pooldac (\S+) (\S+)(?: --reverse)?(?: --limit \d+)?$/gm)];
    assert.deepEqual(
      lines.map((line) => line[2]),
      [name],
      `the line of cleos for ${name}`,
    );
    assert.equal(lines[0]?.[1] === 'pooldac', /Scope pool[,;]/.test(text), `the scope in the line for ${name}`);
  }
});

test('the RAM table is computed from the size of the code, within a hundredth', () => {
  const [, code, words] = /code of ([\d,]+) bytes counts ten times, the ABI ([\d,]+);/.exec(page) ?? [];
  const [codeBytes = 0, abiBytes = 0] = [code, words].map((text) => Number(text?.replaceAll(',', '')));
  const { bytes } = buildContract();
  assert.ok(Math.abs(codeBytes - bytes) < bytes / 100, `the code has ${bytes} bytes, the page says ${code}`);
  const rows = [...page.matchAll(/^\| \d+ +\| ([\d,]+) kB +\| (\d+) kB +\| (\d+) kB +\| ([\d.]+) MB/gm)];
  assert.equal(rows.length, 3);
  for (const [line, fixed = '', members, windows, sum] of rows) {
    assert.equal(Number(fixed.replace(',', '')), Math.round((10 * codeBytes + abiBytes) / 1000), line);
    assert.equal(
      sum,
      ((10 * codeBytes + abiBytes) / 1e6 + (Number(members) + Number(windows)) / 1000).toFixed(2),
      line,
    );
  }
});

/** Figures as the contract has them: column, range, default. */
function figures(): Map<string, string[]> {
  const source = read('contracts/pool/figures.ts');
  const tables = read('contracts/pool/setup.tables.ts');
  const value = (text: string) =>
    text.split('*').reduce((product, n) => product * Number(n.replace('DAY', '86400')), 1);
  const found = [...source.matchAll(/fromString\("(\w+)"\)\.N\) config\.(\w+) = (.*);/g)].map((match) => {
    const column = match[2] ?? '';
    const range = /within\(figure, value, ([^,]+), ([^)]+)\)/.exec(match[3] ?? '');
    const fallback = new RegExp(`public ${column}: \\w+ = (\\w+)`).exec(tables)?.[1] ?? '';
    const bounds = range
      ? [value(range[1] ?? ''), value(range[2] ?? '')].map((n) => n.toLocaleString('en'))
      : ['0', '2⁶²'];
    const shown = fallback === 'false' ? '0' : Number(fallback).toLocaleString('en');
    const row: [string, string[]] = [match[1] ?? '', [column, bounds.join(' – '), shown]];
    return row;
  });
  return new Map(found);
}

test('docs/contract.md has the figures with their columns, ranges and defaults', () => {
  const rows = [...page.matchAll(/^\| `(\w+)`( ⅔)?\s*\| `(\w+)`\s*\| [^|]*\| ([^|]*?)\s*\| ([^|]*?)\s*\|$/gm)];
  const written = new Map(rows.map((row) => [row[1] ?? '', [row[3] ?? '', row[4] ?? '', row[5] ?? '']]));
  assert.deepEqual(written, figures());
  const constitutional = rows.filter((row) => row[2]).map((row) => row[1]);
  assert.deepEqual(constitutional, ['votetime', 'locktime', 'grace']);
});

test('the break-glass table is the rule of the contract', () => {
  const row = (name: string) =>
    new RegExp(`^\\| ${name}\\s+\\|(.*)\\|$`, 'm')
      .exec(page)?.[1]
      ?.split('|')
      .map((cell) => Number(cell)) ?? [];
  const wanted = row('n').map((n) => Math.min(n, Math.max(Math.ceil((3 * n) / 4), Math.floor(n / 2) + 2)));
  assert.ok(wanted.length > 5);
  assert.deepEqual(
    row('k'),
    wanted.map((k, i) => (row('n')[i] === 1 ? 1 : k)),
  );
});

test('the constitution names nothing that is not on chain, and each figure that touches members', () => {
  const known = new Set([
    ...abi.actions.map(({ name }) => name),
    ...abi.tables.map(({ name }) => name),
    ...abi.tables.flatMap(({ type }) => fieldsOf(type).map(({ name }) => name)),
    ...figures().keys(),
    ...['active', 'owner', 'standby', 'in this type'],
  ]);
  const named = [...constitution.replace(/\n\s*/g, ' ').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  );
  const left = [...figures().keys()].filter((figure) => !named.includes(figure));
  assert.deepEqual(left, ['mingap'], 'figures that the constitution leaves out');
});

test('every article that the constitution points to is there', () => {
  const articles = new Map<string, number>();
  let article = '';
  for (const line of constitution.split('\n')) {
    article = /^## (\d+)\./.exec(line)?.[1] ?? article;
    const paragraph = /^(\d+)\. /.exec(line)?.[1];
    if (paragraph && article) articles.set(article, Number(paragraph));
  }
  assert.deepEqual(
    [...articles.keys()],
    [...articles.keys()].map((_, i) => String(i + 1)),
    'numbered without a gap',
  );
  const flat = constitution.replace(/\n\s*/g, ' ');
  for (const [, number, paragraph] of flat.matchAll(/articles? (\d+)(?:\.(\d+))?/g)) {
    assert.ok(articles.has(number ?? ''), `article ${number}`);
    if (paragraph) assert.ok((articles.get(number ?? '') ?? 0) >= Number(paragraph), `article ${number}.${paragraph}`);
  }
});

test('links within the pages lead somewhere', () => {
  const slug = (title: string) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s+/g, '-');
  const slugs = new Set([...page.matchAll(/^#+ (.*)$/gm)].map((match) => slug(match[1] ?? '')));
  for (const match of page.matchAll(/\]\(#([^)]+)\)/g)) assert.ok(slugs.has(match[1] ?? ''), match[1]);
});

test('ricardian texts use fields of their action only, and say what is asked of whom', () => {
  for (const { name, type, ricardian_contract: words } of abi.actions) {
    const fields = fieldsOf(type).map((field) => field.name);
    for (const [, field] of words.matchAll(/\{\{([^}]*)\}\}/g))
      assert.ok(fields.includes(field ?? ''), `${name}: ${field}`);
    if (!PERMISSIONLESS[name] || name === 'dissolve') continue;
    assert.match(
      words,
      /Anyone may ask for it|gives it up, or the time/,
      `${name} can be pushed by anyone: it should say so`,
    );
  }
});
