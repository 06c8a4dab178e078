import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { z } from 'zod';
import { loadConfig } from '../../../common/config.ts';
import { PoolError } from '../../../common/errors.ts';
import { emitterConfig } from '../../../emitter/config.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-config-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const none = path.join(dir, 'none');
writeFileSync(none, '');

const GOOD = {
  ENV_FILE: none,
  EMITTER_POOL: 'pool',
  EMITTER_DAC: 'dac',
  EMITTER_RELAY_API: 'http://127.0.0.1:8888',
  EMITTER_RELAY_P2P: '127.0.0.1:9876',
};

function failure(env: Record<string, string>): PoolError {
  try {
    loadConfig('the emitter', emitterConfig, env);
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, `a PoolError, not ${thrown}`);
    assert.equal(thrown.code, 'config');
    return thrown;
  }
  throw new assert.AssertionError({ message: 'the configuration was taken' });
}

test('a complete environment is taken, with defaults for the rest', () => {
  const config = loadConfig('the emitter', emitterConfig, GOOD);
  assert.equal(config.EMITTER_POOL, 'pool');
  assert.equal(config.EMITTER_STRATEGY, undefined);
  assert.deepEqual(config.EMITTER_SHADOW, []);
  assert.equal(config.EMITTER_RESCUES_PER_WINDOW, 2);
  assert.equal(config.EMITTER_DURABILITY, 'process');
});

test('an empty number is an unset one, not 0', () => {
  const config = loadConfig('the emitter', emitterConfig, { ...GOOD, EMITTER_PARENT_WAIT_MS: '' });
  assert.equal(config.EMITTER_PARENT_WAIT_MS, 100);
});

test('one sentence names every variable that is missing', () => {
  const { message } = failure({ ENV_FILE: none });
  for (const name of ['EMITTER_POOL', 'EMITTER_DAC', 'EMITTER_RELAY_API', 'EMITTER_RELAY_P2P']) {
    assert.match(message, new RegExp(name));
  }
  assert.match(message, /^the emitter is not configured/);
  assert.ok(!message.includes('\n'));
});

for (const [name, value] of [
  ['EMITTER_RELAY_P2P', 'localhost'],
  ['EMITTER_RELAY_P2P', '127.0.0.1:99999'],
  ['EMITTER_LISTEN', 'a b:1'],
  ['EMITTER_RELAY_API', 'nowhere'],
  ['EMITTER_OVERDUE_MS', 'soon'],
  ['EMITTER_OVERDUE_MS', '-1'],
  ['EMITTER_OVERDUE_MS', '1.5'],
  ['EMITTER_DURABILITY', 'maybe'],
  ['EMITTER_POOL', ''],
] as const) {
  test(`${name}=${JSON.stringify(value)} is refused by name`, () => {
    assert.match(failure({ ...GOOD, [name]: value }).message, new RegExp(name));
  });
}

test('a file completes the environment, which wins', () => {
  const file = path.join(dir, 'env');
  writeFileSync(file, '# comment\nA=file\nB="from the file"\n');
  const schema = z.object({ A: z.string(), B: z.string() });
  assert.deepEqual(loadConfig('p', schema, { ENV_FILE: file, A: 'environment' }), {
    A: 'environment',
    B: 'from the file',
  });
  assert.equal(process.env.B, undefined);
});

test('an ENV_FILE that does not exist is named', () => {
  const missing = path.join(dir, 'not-there');
  assert.throws(() => loadConfig('p', z.object({}), { ENV_FILE: missing }), {
    code: 'config',
    message: new RegExp(`ENV_FILE.*${missing}`),
  });
});
