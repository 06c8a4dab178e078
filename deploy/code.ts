import { readFileSync } from 'node:fs';
import { type Action, action, type ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';

/** A compiled contract: PATH.wasm and PATH.abi. */
export interface Contract {
  wasm: Buffer;
  abi: object;
}

/** Reads `path`.wasm and `path`.abi; throws PoolError `contract` when they are not there or not readable. */
export function readContract(path: string): Contract {
  try {
    return { wasm: readFileSync(`${path}.wasm`), abi: JSON.parse(readFileSync(`${path}.abi`, 'utf8')) as object };
  } catch (thrown) {
    throw new PoolError(
      'contract',
      `the contract ${path} can not be read (${(thrown as Error).message}); build it first`,
    );
  }
}

/** The two actions that put a contract on an account; signed by its active, or by "account@permission". */
export function putCode(client: ChainClient, account: string, contract: Contract, signer = account): Action[] {
  const code = { account, vmtype: 0, vmversion: 0, code: contract.wasm.toString('hex') };
  return [action('eosio', 'setcode', code, signer), putAbi(client, account, contract, signer)];
}

/** The second of them. */
export function putAbi(client: ChainClient, account: string, { abi }: Contract, signer = account): Action {
  return action('eosio', 'setabi', { account, abi: client.packAbi(abi) }, signer);
}
