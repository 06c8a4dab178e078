import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ChainClient } from '../common/chain.ts';
import { PoolError, sentence } from '../common/errors.ts';
import { putAbi, putCode, readContract } from './code.ts';
import type { WantedCode } from './plan/step.ts';
import { hashOfAbi } from './state/account.ts';

/**
 * A compiled contract that is what was reviewed: its sha256 is `expected`. Throws PoolError `contract` when it is not, for the build is
 * reproducible and another hash is another contract.
 */
export function wantedCode(client: ChainClient, path: string, expected: { hash: string; from: string }): WantedCode {
  const contract = readContract(path);
  const hash = createHash('sha256').update(contract.wasm).digest('hex');
  if (hash !== expected.hash) {
    const text = `${path}.wasm has sha256 ${hash}, and ${expected.from} says ${expected.hash}: build it anew with "npm run contract", or say with --hash what you reviewed`;
    throw new PoolError('contract', text);
  }
  return {
    path,
    hash,
    abiHash: hashOfAbi(client, contract.abi),
    bytes: contract.wasm.length,
    put: (account, what) => {
      const signer = `${account}@owner`;
      return what === 'both' ? putCode(client, account, contract, signer) : [putAbi(client, account, contract, signer)];
    },
  };
}

/** The hash in a file as `sha256sum` writes it. Throws PoolError `contract`. */
export function recordedHash(file: string): { hash: string; from: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new PoolError(
      'contract',
      `${file}, which says what the contract's hash must be, cannot be read: ${sentence(thrown)}`,
    );
  }
  const hash = /^[0-9a-f]{64}(?=\s)/.exec(text)?.[0];
  if (hash === undefined) throw new PoolError('contract', `${file} holds no sha256 of a contract`);
  return { hash, from: file };
}
