import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readYaml } from '../../support/yaml.ts';

test('maps, lists, texts, numbers, anchors and merge keys', () => {
  const text = `# a comment
x-base: &base
  a: 1
  list: [one, "two, three", 'it''s']
  map: { b: true, c: null }
services:
  first: # another
    <<: *base
    a: 2
    url: http://host:1/#x
  second:
    - name: n
      value: -1.5
    - "a: b"
    - plain text
`;
  const base = { a: 1, list: ['one', 'two, three', "it's"], map: { b: true, c: null } };
  assert.deepEqual(readYaml(text), {
    'x-base': base,
    services: {
      first: { ...base, a: 2, url: 'http://host:1/#x' },
      second: [{ name: 'n', value: -1.5 }, 'a: b', 'plain text'],
    },
  });
});

for (const [what, text] of [
  ['a block text', 'a: |\n  b\n'],
  ['an alias of nothing', 'a: *b\n'],
  ['a list that does not end on its line', 'a: [b,\n  c]\n'],
  ['a line that is deeper than anything it could belong to', 'a: b\n    c: d\n'],
] as const) {
  test(`${what} is refused, not guessed at`, () => assert.throws(() => readYaml(text)));
}
