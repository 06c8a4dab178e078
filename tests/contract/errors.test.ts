import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { contractErrors, ERRORS_FILE, errorsPage } from '../../contracts/errors.ts';

test('docs/errors.md has every sentence of the contract', () => {
  assert.equal(readFileSync(ERRORS_FILE, 'utf8'), errorsPage(), 'write it anew: node contracts/errors.ts');
});

test('a refusal is one sentence of people', () => {
  for (const { file, sentences } of contractErrors()) {
    for (const text of sentences) {
      assert.match(text, /^[a-z{]/, `${file}: ${text}`);
      assert.doesNotMatch(text, /[.!]$|\$|\n|[A-Z]{4,}_|undefined|null/, `${file}: ${text}`);
      assert.ok(text.length <= 160, `${file}: ${text.length} characters: ${text}`);
      assert.doesNotMatch(text, /\{[^}]*[^a-z }0-9][^}]*\}/, `${file}: a placeholder that nobody can read: ${text}`);
    }
  }
});

test('sentences are found wherever they stand, and read as people read them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'errors-'));
  try {
    writeFileSync(
      join(folder, 'a.ts'),
      `const MAX_LONG: u64 = 2 * 60;
const MEMO: string = "deposit";
export function fail(sentence: string): void { check(false, sentence); }
// fail("not this one");
if (a) fail(\`window \${window} has \${<u32>bits.length} bits: at most \${MAX_LONG} are allowed\`);
fail(b ? \`\${account} is \${shown(books, row.free_units)}\` : "it is something else");
const row = rows.requireGet(1, "there is no row");
fail(\`\${kept - at} of \${secondsUntil(member.until)} with \${MEMO}\`);
fail(\`\${founders[i]} and \${role.toString()} of \${member.noticeTime}\`);
`,
    );
    writeFileSync(join(folder, 'b.ts'), 'const x = 1;');
    assert.deepEqual(contractErrors(folder), [
      {
        file: 'a.ts',
        sentences: [
          'it is something else',
          'there is no row',
          'window {window} has {bits} bits: at most 120 are allowed',
          '{account} is {free units}',
          '{founder} and {role} of {notice time}',
          '{seconds} of {seconds} with deposit',
        ],
      },
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
