import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');
const folder = path.join(root, 'tests/e2e/oracle');

/** Their tests have a line each; others of the folder may. */
const OWN = ['kills.test.ts', 'logs.test.ts', 'oracles.test.ts'];

function titlesIn(name: string): string[] {
  const source = readFileSync(path.join(folder, name), 'utf8');
  const found = [...source.matchAll(/^ *test\(\s*(?:'([^']+)'|"([^"]+)")/gm)];
  return found.map(([, single, double]) => single ?? double ?? '');
}

test('docs/oracle-faults.md names tests of tests/e2e/oracle by their titles', () => {
  const doc = readFileSync(path.join(root, 'docs/oracle-faults.md'), 'utf8');
  const titles = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap(titlesIn);
  const own = OWN.flatMap(titlesIn);
  assert.ok(own.length > 10, `${own.length} titles`);
  // Titles have more words than the names and short commands that the page has as well.
  const named = [...doc.matchAll(/`([^`]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => text.split(' ').length > 5);
  const withoutLine = own.filter((title) => !named.includes(title));
  assert.deepEqual(withoutLine, [], 'without a line');
  const unknown = named.filter((title) => !titles.includes(title) && !title.startsWith('./pool'));
  assert.deepEqual(unknown, [], 'no such test');
});
