import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { cleosLine, shellWord } from '../../../../common/wallet/cleos-line.ts';
import { cases, fc } from '../../../support/property.ts';

const PUSHED = { account: 'pooldac', name: 'propadmit', actor: 'alice' };

/** The words of a line as bash understands it. */
function words(line: string): string[] {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', line.replace(/^cleos/, String.raw`printf '%s\0'`)]);
  assert.equal(status, 0, stderr.toString());
  return stdout.toString().split('\0').slice(0, -1);
}

test('a line has the node, the action, its data as JSON and who signs', () => {
  assert.equal(
    cleosLine('http://127.0.0.1:8888', { ...PUSHED, data: { proposer: 'alice', account: 'dave' } }),
    `cleos -u http://127.0.0.1:8888 push action pooldac propadmit '{"proposer":"alice","account":"dave"}' -p alice@active`,
  );
  assert.match(cleosLine('http://h', { ...PUSHED, data: [], permission: 'voting' }), /'\[\]' -p alice@voting$/);
});

test('a node with characters of the shell stays one word', () => {
  const api = "http://node.example:8888/?a=1&b='$(id)'";
  assert.equal(words(cleosLine(api, { ...PUSHED, data: {} }))[1], api);
  assert.equal(shellWord('https://node.example:443/v1'), 'https://node.example:443/v1');
  assert.equal(shellWord(''), "''");
});

test('any text in the data reaches cleos as it is', () => {
  const text = fc.string({ unit: 'binary' }).filter((one) => !one.includes('\0'));
  fc.assert(
    fc.property(text, (said) => {
      const [, , , , , , json = ''] = words(cleosLine('http://h', { ...PUSHED, data: { text: said } }));
      assert.deepEqual(JSON.parse(json), { text: said });
    }),
    cases(60),
  );
});
