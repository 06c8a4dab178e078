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

/** Measures all actions on one pool. Before each stands a transfer, so that what disturbs the machine hits both. */
export async function measure(pool: BenchPool, stages: Stage[]): Promise<Growth> {
  const transfers: Cost[] = [];
  const costs = new Map<string, Cost[]>();
  for (let part = 0; part < PARTS; part++) {
    const each = SAMPLES / PARTS;
    const samples = Array.from({ length: each }, (_, i) => part * each + i);
    for (const stage of stages) {
      await stage.enter?.(pool, samples);
      for (const sample of samples) {
        for (const one of stage.actions) {
          const cost = await measureOne(pool, one, sample, transfers);
          costs.set(one.name, [...(costs.get(one.name) ?? []), cost]);
        }
      }
    }
  }
  const actions = [...costs].map(([name, all]): [string, Cost] => [name, medianCost(all)]);
  return {
    members: pool.members.length,
    transferCpuUs: medianCost(transfers).cpuUs,
    actions: Object.fromEntries(actions),
  };
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
