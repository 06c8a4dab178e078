import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runMain } from '../common/errors.ts';
import { closingOf, readSource, type SourceText, splitArguments } from './source-text.ts';

export const ERRORS_FILE = join(import.meta.dirname, '..', 'docs', 'errors.md');

const FOLDER = join(import.meta.dirname, 'pool');

export interface Sentences {
  file: string;
  sentences: string[];
}

/** Every sentence with which the contract refuses an action, by file; what is filled in stands in braces. */
export function contractErrors(folder = FOLDER): Sentences[] {
  const sources = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readSource(file, readFileSync(join(folder, file), 'utf8')));
  const shared = constantsOf(sources);
  return sources
    .map((source) => ({
      file: basename(source.file),
      sentences: sentencesOf(source, new Map([...shared, ...constantsOf([source])])),
    }))
    .filter(({ sentences }) => sentences.length > 0);
}

/** docs/errors.md. */
export function errorsPage(groups = contractErrors()): string {
  const count = groups.reduce((sum, { sentences }) => sum + sentences.length, 0);
  return [
    '# What the contract refuses',
    '',
    'Made from `contracts/pool` by `node contracts/errors.ts`; a test fails when it is out of date. A refused action changes',
    'nothing. The node shows its sentence as `assertion failure with message: …`. What stands in braces is filled in.',
    '',
    `${count} sentences. Not among them: "missing authority of …" (the action was not signed by whom it names),`,
    '"account … has insufficient ram" (who signed has to buy some), "buffer overflow" or "bad signature" of data that ends early,',
    'which no ABI makes, what the node says of a proof with a number that is no point of the curve (./pool join makes none),',
    'and what other contracts say, such as eosio.token.',
    '',
    ...groups.flatMap(({ file, sentences }) => [`## ${file}`, '', ...sentences.map((text) => `- ${text}`), '']),
  ].join('\n');
}

const CALLS = /(?<!function )\b(fail|check|requireGet)\s*(?=\()/g;

function sentencesOf(source: SourceText, constants: Map<string, string>): string[] {
  const found = new Set<string>();
  for (const call of source.code.matchAll(CALLS)) {
    const open = call.index + call[0].length;
    const close = closingOf(source.code, open) - 1;
    for (const text of literalsIn(source.literal.slice(open + 1, close))) found.add(readable(text, constants));
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** The literals among the arguments; of a template with its holes. Those within holes are not sentences. */
function literalsIn(code: string): string[] {
  const literals: string[] = [];
  for (let at = 0; at < code.length; at++) {
    const quote = code[at] ?? '';
    if (!'"\'`'.includes(quote)) continue;
    let end = at + 1;
    while (end < code.length && code[end] !== quote) {
      if (quote === '`' && code.startsWith('${', end)) end = closingOf(code, end + 1);
      else end += 1;
    }
    const text = code.slice(at + 1, end);
    if (text.includes(' ')) literals.push(text);
    at = end;
  }
  return literals;
}

function readable(text: string, constants: Map<string, string>): string {
  return text.replace(/\$\{([^}]*)\}/g, (_, code: string) => {
    const known = constants.get(code.trim());
    return known ?? `{${placeholder(code)}}`;
  });
}

const CALL = /^(?:new )?([\w.]+)\((.*)\)$/;

/** `<u32>key.keyType` → key type, `shown(books, books.bucket)` → bucket, `kept - at` → seconds. */
function placeholder(code: string): string {
  const text = code
    .replace(/<\w+>/g, '')
    .replace(/\.toString\(\)$/, '')
    .trim();
  const call = CALL.exec(text);
  if (call) {
    if (/^seconds/.test(call[1] ?? '')) return 'seconds';
    const given = splitArguments(call[2] ?? '');
    if (call[1] === 'shown') return words(given[1] ?? '');
    return words(given[0] ?? call[1] ?? '');
  }
  if (/\bat$/.test(text)) return 'seconds';
  if (['left', 'rest', 'until', 'halfLeft'].includes(text)) return 'seconds';
  if (text.includes(' / ')) return 'window';
  return words(text);
}

function words(code: string): string {
  const last = code.replace(/!/g, '').replace(/s\[i\]$|\.length$/, '');
  return (last.split('.').at(-1) ?? last)
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replaceAll('_', ' ');
}

/** Figures and texts that are the same in every refusal. */
function constantsOf(sources: SourceText[]): Map<string, string> {
  const found = new Map([['i64.MAX_VALUE / 2', String((2n ** 63n - 1n) / 2n)]]);
  for (const { literal } of sources) {
    for (const match of literal.matchAll(/^(?:export )?const ([A-Z_]+): \w+ = (?:"([^"]*)"|([\d *]+));/gm)) {
      const value =
        match[2] ?? String((match[3] ?? '').split('*').reduce((product, n) => product * BigInt(n.trim()), 1n));
      found.set(match[1] ?? '', value);
    }
  }
  return found;
}

if (import.meta.main) {
  runMain('contracts/errors', async () => {
    writeFileSync(ERRORS_FILE, errorsPage());
    process.stdout.write(
      `docs/errors.md written: ${contractErrors().flatMap((group) => group.sentences).length} sentences\n`,
    );
  });
}
