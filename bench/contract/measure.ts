import type { Measured, Stage } from './actions.ts';
import type { Cost } from './chain.ts';
import { type BenchPool, transfer } from './pool.ts';

/** Of each action; in parts, for members may have only so many proposals at a time. */
export const SAMPLES = 39;
const PARTS = 3;

/** For one size of the pool the lower quartile of the CPU, for nodeos bills time that passes and whatever disturbs the machine only adds
 *  to it, and the median of the RAM. */
export interface Growth {
  members: number;
  transferCpuUs: number;
  actions: Record<string, Cost>;
}

/**
 * Measures all actions on the pools, sample by sample on one pool after the other: what disturbs the machine for a while, and
 * what is slow at the start, hits all sizes alike. Before each action stands a transfer, for the same reason.
 */
export async function measure(pools: BenchPool[], stages: Stage[]): Promise<Growth[]> {
  const records: PoolRecord[] = pools.map((pool) => ({ pool, transfers: [], costs: new Map() }));
  for (let part = 0; part < PARTS; part++) {
    const each = SAMPLES / PARTS;
    const samples = Array.from({ length: each }, (_, i) => part * each + i);
    for (const stage of stages) {
      for (const pool of pools) await stage.enter?.(pool, samples);
      if (stage.passSeconds) await pools[0]?.chain.pass(stage.passSeconds);
      for (const sample of samples) for (const record of records) await measureRound(record, stage, sample);
    }
  }
  return records.map(({ pool, transfers, costs }) => ({
    members: pool.members.length,
    transferCpuUs: usualCost(transfers).cpuUs,
    actions: Object.fromEntries([...costs].map(([name, all]) => [name, usualCost(all)])),
  }));
}

interface PoolRecord {
  pool: BenchPool;
  transfers: Cost[];
  costs: Map<string, Cost[]>;
}

async function measureRound({ pool, transfers, costs }: PoolRecord, stage: Stage, sample: number): Promise<void> {
  for (const one of stage.actions) {
    const cost = await measureOne(pool, one, sample, transfers);
    costs.set(one.name, [...(costs.get(one.name) ?? []), cost]);
  }
}

async function measureOne(pool: BenchPool, one: Measured, sample: number, transfers: Cost[]): Promise<Cost> {
  const { chain, people } = pool;
  await one.prepare?.(pool, sample);
  const action = await one.act(pool, sample);
  transfers.push(await chain.push([transfer(people.payer, people.receiver, 0.0001, `${one.name} ${sample}`)]));
  const payer = action.authorization[0]?.actor ?? '';
  return chain.push([action], [payer, pool.dac]);
}

function usualCost(costs: Cost[]): Cost {
  const cpuUs = costs.map((cost) => cost.cpuUs);
  const ramBytes = costs.map((cost) => cost.ramBytes);
  return { cpuUs: quantile(cpuUs, 1 / 4), ramBytes: quantile(ramBytes, 1 / 2) };
}

/** The value that this share of the others does not reach; there has to be one. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] as number;
}
