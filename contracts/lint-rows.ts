import { closingOf, lineAt, type SourceText, splitArguments } from './source-text.ts';

const STORE = /\bnew (?:TableStore|Singleton|Rows|Single)<\w+>\s*(?=\()/g;

/** A table opened in each round of a loop costs memory, of which nothing is freed, and finds each row again. */
export function lintLoops(source: SourceText): string[] {
  const { code } = source;
  const found = new Set<number>();
  for (const loop of code.matchAll(/\b(?:for|while)\s*(?=\()|\bdo\s*(?=\{)/g)) {
    const head = loop.index + loop[0].length;
    const start = code[head] === '{' ? head : closingOf(code, head);
    const end = bodyEnd(code, start);
    for (const store of code.slice(start, end).matchAll(STORE)) {
      const open = start + store.index + store[0].length;
      const given = splitArguments(code.slice(open + 1, closingOf(code, open) - 1));
      // with a scope it may be another table in each round
      if (given.length < 2) found.add(lineAt(source.text, start + store.index));
    }
  }
  return [...found].map((line) => `${source.file}:${line}: a table is opened within a loop: open it once, before`);
}

function bodyEnd(code: string, start: number): number {
  const first = code.slice(start).search(/\S/) + start;
  if (code[first] === '{') return closingOf(code, first);
  for (let i = first; i < code.length; i++) {
    if (code[i] === '{') return closingOf(code, i);
    if (code[i] === '(') i = closingOf(code, i) - 1;
    else if (code[i] === ';') return i;
  }
  return code.length;
}

interface KeyColumn {
  column: string;
  position: number;
}

/** A default public key has no bytes: packing it ends the action with a memory error. */
export function lintKeys(sources: SourceText[]): string[] {
  const tables = keyColumns(sources);
  return sources.flatMap((source) => [...looseKeys(source), ...rowsWithoutKey(source, tables)]);
}

/** Row classes with a public key that has a default, by class. */
function keyColumns(sources: SourceText[]): Map<string, KeyColumn> {
  const columns = new Map<string, KeyColumn>();
  for (const { code } of sources) {
    for (const found of code.matchAll(/@table\([^)]*\)\s*export class (\w+)[^{]*\{\s*constructor\s*(?=\()/g)) {
      const open = found.index + found[0].length;
      const given = splitArguments(code.slice(open + 1, closingOf(code, open) - 1));
      const position = given.findIndex((parameter) => /: PublicKey = new PublicKey\(\)/.test(parameter));
      const column = /public (\w+):/.exec(given[position] ?? '')?.[1];
      if (column) columns.set(found[1] ?? '', { column, position });
    }
  }
  return columns;
}

function looseKeys(source: SourceText): string[] {
  const hasTables = /@table\(/.test(source.code);
  return [...source.code.matchAll(/(public \w+: PublicKey = )?new PublicKey\(\)/g)]
    .filter((match) => !(hasTables && match[1]))
    .map((match) => at(source, match.index, 'new PublicKey() crashes when it is packed: use noKey() of keys.ts'));
}

function rowsWithoutKey(source: SourceText, tables: Map<string, KeyColumn>): string[] {
  const { code } = source;
  return [...code.matchAll(/\bnew (\w+)\s*(?=\()/g)].flatMap((match) => {
    const table = tables.get(match[1] ?? '');
    if (!table) return [];
    const open = match.index + match[0].length;
    const end = closingOf(code, open);
    if (splitArguments(code.slice(open + 1, end - 1)).length > table.position) return [];
    const rest = code.slice(end, functionEnd(code, end));
    if (new RegExp(`\\.${table.column} = `).test(rest)) return [];
    return [at(source, match.index, `new ${match[1]} has no ${table.column}: packing it crashes, give it noKey()`)];
  });
}

/** Where the top-level function that holds a position ends. */
function functionEnd(code: string, position: number): number {
  const end = code.indexOf('\n}', position);
  return end < 0 ? code.length : end;
}

function at(source: SourceText, position: number, message: string): string {
  return `${source.file}:${lineAt(source.text, position)}: ${message}`;
}
