import type { Action, ChainClient } from '../common/chain.ts';
import { readContract } from './code.ts';
import type { Codec, Step } from './plan/step.ts';

/**
 * µs that nodeos billed for actions of a deployment on the local chain; for all others what most take. docs/deploy.md says how they were
 * measured; nodeos bills at least 100 µs for a transaction.
 */
const CPU_US: Record<string, number> = {
  newaccount: 300,
  setcode: 23_000,
  setabi: 600,
  init: 300,
  join: 350,
  handover: 1400,
  execute: 400,
  propose: 900,
};
const MOST_US = 200;
/** A signature and its place in a packed transaction. */
const SIGNATURE_BYTES = 66;

/** What a step's transaction takes of its first signer. */
export interface Taken {
  cpuUs: number;
  netBytes: number;
}

/** `code`: path of the contract, whose ABI packs the actions of an account that does not carry it yet. */
export function estimator(
  client: ChainClient,
  codec: Codec,
  dac: string,
  code: string,
): (step: Step) => Promise<Taken> {
  const { abi } = readContract(code);
  return async ({ actions }) => {
    if (actions.length === 0) return { cpuUs: 0, netBytes: 0 };
    client.api.cachedAbis.set(dac, { abi: abi as never, rawAbi: new Uint8Array() });
    const signers = new Set(actions.flatMap(levels));
    const packed = (await codec.packed(actions, 0)).length / 2;
    const cpuUs = actions.reduce((sum, { name }) => sum + (CPU_US[name] ?? MOST_US), 0);
    return { cpuUs, netBytes: packed + signers.size * SIGNATURE_BYTES };
  };
}

function levels({ authorization }: Action): string[] {
  return authorization.map(({ actor }) => actor);
}
