import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { stepLines } from '../../../cli/deploy/lines.ts';
import { Journal, type Pending } from '../../../deploy/apply/journal.ts';
import type { Step } from '../../../deploy/plan/step.ts';
import { scratch } from '../../support/processes.ts';

const body = { signatures: ['SIG'], compression: 0, packed_context_free_data: '', packed_trx: '00' };
const pending: Pending = {
  chainId: '01'.repeat(32),
  step: 'init',
  signed: { id: 'ab'.repeat(32), expiresAt: 1, after: 1, body },
};

test('what is under way is read again, and gone when it is over', (t) => {
  const file = path.join(scratch(t), 'journal');
  const journal = new Journal(file);
  assert.equal(journal.read(), null);
  journal.write(pending);
  assert.deepEqual(new Journal(file).read(), pending);
  journal.clear();
  assert.equal(existsSync(file), false);
  journal.clear();
});

test('a journal that cannot be written is a sentence, before anything is sent', (t) => {
  const journal = new Journal(path.join(scratch(t), 'nowhere', 'journal'));
  assert.throws(() => journal.write(pending), { code: 'journal', message: /cannot be written: ENOENT/ });
});

test('a file that is no journal is refused, not taken for nothing', (t) => {
  const file = path.join(scratch(t), 'journal');
  for (const text of [
    '',
    '{',
    '{}',
    '[]',
    'null',
    JSON.stringify({ ...pending, signed: { ...pending.signed, id: 'x' } }),
  ]) {
    writeFileSync(file, text);
    assert.throws(() => new Journal(file).read(), { code: 'journal', message: /is no journal of a deployment/ });
  }
});

test('lines for cleos: one action, several of which all or none are done, and none that a shell would not take', () => {
  const authorization = [{ actor: 'alice', permission: 'active' }];
  const act = { account: 'pooldac', name: 'join', authorization, data: { text: "it's" } };
  const step: Step = {
    id: '',
    about: 'it',
    is: '',
    shall: '',
    actions: [act],
    cost: { ramBytes: 0, stake: 0n },
    needs: [],
  };
  const quoted = String.raw`'{"text":"it'\''s"}'`;
  assert.deepEqual(stepLines('http://a:1', step), [
    `cleos -u http://a:1 push action pooldac join ${quoted} -p alice@active`,
  ]);
  const [both = ''] = stepLines('http://a:1', { ...step, actions: [act, act] });
  assert.match(both, /^cleos -u http:\/\/a:1 push transaction '\{"actions":\[\{"account":"pooldac"/);
  const long = { ...act, data: { code: '00'.repeat(60_000) } };
  assert.deepEqual(stepLines('http://a:1', { ...step, actions: [long] }), [
    '# it: too long for a line, use ./pool deploy apply',
  ]);
});
