import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { ChainClient } from '../../../../common/chain.ts';
import { linkFor, signingLink, type Unpacked } from '../../../../common/wallet/signing-request.ts';
import { readContract } from '../../../../deploy/code.ts';
import { ROOT } from '../../../../devnet/tools.ts';

interface Vector {
  what: string;
  chainId: string;
  actions: Unpacked[];
  link: string;
  plain: string;
}

const file = path.join(ROOT, 'tests/vectors/signing-requests.json');
const { requests } = JSON.parse(readFileSync(file, 'utf8')) as { requests: Vector[] };

/** A client of a node that has the pool's contract on pooldac, without a node. */
function offline(): ChainClient {
  const client = new ChainClient('http://127.0.0.1:1');
  const abi = client.packAbi(readContract(path.join(ROOT, 'contracts/target/pool')).abi);
  const known = new Map([['pooldac', Buffer.from(abi, 'hex')]]);
  client.api.abiProvider = {
    getRawAbi: async (account) => ({ accountName: account, abi: known.get(account) ?? Buffer.alloc(0) }),
  };
  return client;
}

/** What a link holds, its compression taken off; and its first byte. */
function opened(link: string): { head: number; payload: string } {
  const bytes = Buffer.from(link.replace(/^esr:(\/\/)?/, ''), 'base64url');
  const head = bytes[0] ?? 0;
  const rest = bytes.subarray(1);
  return { head, payload: ((head & 0x80) === 0 ? rest : inflateRawSync(rest)).toString('hex') };
}

for (const { what, chainId, actions, link, plain } of requests) {
  test(`a link as eosio-signing-request makes it: ${what}`, async () => {
    const made = await linkFor(offline(), chainId, actions);
    assert.match(made, /^esr:\/\/[\w-]+$/);
    assert.deepEqual(opened(made), opened(link));
    assert.equal(opened(made).payload, opened(plain).payload);
    assert.ok(made.length <= link.length * 1.05, `${made.length} characters, and ${link.length} of the other`);
  });
}

test('what does not get smaller is not compressed', () => {
  // Digests: nothing in them repeats.
  const bytes = Buffer.concat(Array.from({ length: 8 }, (_, i) => createHash('sha512').update(`${i}`).digest()));
  const chainId = bytes.subarray(0, 32).toString('hex');
  const authorization = [{ actor: 'bv2wqzk5mxtd', permission: 'y1ncrgh4sfjp' }];
  const link = signingLink(chainId, [{ account: 'q5zwx3ykv1mb', name: 'h4tjgl2ncdsr', authorization, data: bytes }]);
  assert.equal(opened(link).head & 0x80, 0);
  assert.ok(opened(link).payload.startsWith(`01${chainId}00`));
});

test('data that the ABI does not fit, and an action that the contract has not, are refused in one sentence', async () => {
  const client = offline();
  const [one] = requests;
  assert.ok(one);
  const [vote] = one.actions;
  assert.ok(vote);
  await assert.rejects(linkFor(client, one.chainId, [{ ...vote, data: { voter: 'alice' } }]), {
    code: 'action',
    message: /^the data does not fit pooldac::vote: missing vote\.id/,
  });
  await assert.rejects(linkFor(client, one.chainId, [{ ...vote, name: 'dance' }]), {
    code: 'action',
    message: 'the contract of pooldac has no action dance',
  });
});
