import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AgentProof,
  agentDigest,
  commandSchema,
  healthSchema,
  parseAs,
  sessionSchema,
} from '../../../common/agent.ts';
import { cases, fc } from '../../support/property.ts';

const proof: AgentProof = {
  chainId: 'ab'.repeat(32),
  pool: 'poolbp',
  nonce: '01'.repeat(32),
  address: 'http://127.0.0.1:9701',
};

test('what an agent signs differs with the chain, the pool, the nonce and the emitter', () => {
  const others: Partial<AgentProof>[] = [
    { chainId: 'ac'.repeat(32) },
    { pool: 'poolbq' },
    { nonce: '02'.repeat(32) },
    { address: 'http://127.0.0.1:9702' },
  ];
  const digests = [{}, ...others].map((other) => agentDigest({ ...proof, ...other }).toString('hex'));
  assert.equal(new Set(digests).size, digests.length);
  assert.equal(digests[0]?.length, 64);
});

test('a chain id or nonce of another length is refused, so that parts cannot be moved into each other', () => {
  for (const bad of ['', 'ab', 'ab'.repeat(33), 'zz'.repeat(32)]) {
    assert.throws(() => agentDigest({ ...proof, chainId: bad }), /the chain id is/);
    assert.throws(() => agentDigest({ ...proof, nonce: bad }), /the nonce is/);
  }
});

test('any text of a peer is a message or null, and nothing is thrown', () => {
  const schemas = [sessionSchema, commandSchema, healthSchema];
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.constant('{"window":1e999}')), (text) => {
      for (const schema of schemas) assert.equal(parseAs(schema, text), null);
    }),
    cases(500),
  );
  const command = { window: 1, seq: 2, order: 'pause', expires: 3, head: null };
  assert.deepEqual(parseAs(commandSchema, JSON.stringify(command)), command);
  for (const wrong of [
    { order: 'stop' },
    { seq: -1 },
    { seq: 1.5 },
    { head: { num: 1, id: 'ab' } },
    { expires: '3' },
  ]) {
    assert.equal(parseAs(commandSchema, JSON.stringify({ ...command, ...wrong })), null);
  }
});
