import type { Measured, Stage } from './actions.ts';
import type { Cost } from './chain.ts';
import { type BenchPool, transfer } from './pool.ts';

/** Of each action; in two parts, for members may have only so many proposals at a time. */
export const SAMPLES = 26;
const PARTS = 2;

/** Medians for one size of the pool. */
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
    transferCpuUs: medianCost(transfers).cpuUs,
    actions: Object.fromEntries([...costs].map(([name, all]) => [name, medianCost(all)])),
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

function medianCost(costs: Cost[]): Cost {
  return { cpuUs: median(costs.map(({ cpuUs }) => cpuUs)), ramBytes: median(costs.map(({ ramBytes }) => ramBytes)) };
}

/** The middle one, of an even number of values the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1);
  return (low + high) / 2;
}
