import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');
const folder = path.join(root, 'tests/e2e/oracle');

test('docs/oracle-faults.md names every test of tests/e2e/oracle by its title, and no other', () => {
  const doc = readFileSync(path.join(root, 'docs/oracle-faults.md'), 'utf8');
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts'));
  const titles = files.flatMap((name) => {
    const source = readFileSync(path.join(folder, name), 'utf8');
    return [...source.matchAll(/^ *test\(\s*(?:'([^']+)'|"([^"]+)")/gm)].map(([, single, double]) => single ?? double);
  });
  assert.ok(titles.length > 10, `${titles.length} titles`);
  // Titles have more words than the names and short commands that the page has as well.
  const named = [...doc.matchAll(/`([^`]+)`/g)]
    .map(([, text]) => text)
    .filter((text) => (text ?? '').split(' ').length > 5);
  assert.deepEqual(
    titles.filter((title) => !named.includes(title)),
    [],
    'without a line',
  );
  assert.deepEqual(
    named.filter((title) => !titles.includes(title) && !title?.startsWith('./pool')),
    [],
    'no such test',
  );
});
