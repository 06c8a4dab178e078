import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentConfig } from '../../../agent/config.ts';
import { AgentKey } from '../../../agent/proof.ts';
import { loadConfig } from '../../../common/config.ts';
import { keyId } from '../../../common/keys.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { inKeyFile } from './support/emitter-side.ts';

const ring = new KeyRing(5);
const read = (text: string, mode?: number) => inKeyFile(text, (file) => new AgentKey(file), mode);

const ENV = {
  ENV_FILE: '/dev/null',
  AGENT_POOL: 'poolbp',
  AGENT_KEY_FILE: 'signing.key',
  AGENT_EMITTERS: ' http://127.0.0.1:9701/ ,https://emitter.example',
};

test('emitters are addresses with commas between, the node is on loopback by default', () => {
  const { AGENT_NODE, AGENT_EMITTERS } = loadConfig('the agent', agentConfig, ENV);
  assert.equal(AGENT_NODE, 'http://127.0.0.1:8888');
  assert.deepEqual(AGENT_EMITTERS, ['http://127.0.0.1:9701', 'https://emitter.example']);
});

test('each wrong variable is named in one sentence', () => {
  const wrong = { AGENT_POOL: 'Pool', AGENT_NODE: '127.0.0.1:8888', AGENT_EMITTERS: 'http://a.example/path' };
  assert.throws(
    () => loadConfig('the agent', agentConfig, { ...ENV, ...wrong }),
    ({ message }: Error) => Object.keys(wrong).every((name) => message.includes(name)) && !message.includes('\n'),
  );
});

test('the key is one K1 key in a file that others cannot read', () => {
  const pair = ring.pair('ann');
  assert.equal(read(pair.private).signer, keyId(pair.public));
  assert.throws(() => read(pair.private, 0o644), /is open to others \(mode 644\)/);
  assert.throws(() => new AgentKey('/nowhere/none'), /none cannot be read: ENOENT/);
  const two = JSON.stringify({ a: pair.private, b: ring.pair('bob').private });
  assert.throws(() => read(two), /must hold one private key of type K1 alone/);
  const r1 = 'PVT_R1_iyQmnyPEGvFd8uffnk152WC2WryBjgTrg22fXQryuGL9mU6qW';
  assert.throws(() => read(r1), /must hold one private key of type K1 alone|holds something else/);
});
