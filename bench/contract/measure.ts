import { action } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { Cost } from './chain.ts';
import { type BenchPool, transfer } from './pool.ts';
import { actionOf, type Block, type Measured, type Stage } from './stage.ts';

/** The cost of an action: the lower quartile of the CPU, for nodeos bills time that passes and whatever disturbs the machine only
 *  adds to it (docs/decisions/contract-bench-quartile.md), and the median of the RAM. */
export interface UsualCost extends Cost {
  /** Of the CPU, for the limits of what has few samples. */
  lowestCpuUs: number;
  medianCpuUs: number;
  samples: number;
  /** Title of the block that it was measured in. */
  block: string;
}

/** For one size of the pool; actions in the order in which they were measured. */
export interface Growth {
  members: number;
  transferCpuUs: number;
  actions: Record<string, UsualCost>;
}

/** A pool of the size of this one and with nothing in it yet, for this sample alone. */
export type Fresh = (like: BenchPool, sample: number) => Promise<BenchPool>;

/**
 * Measures all actions on the pools, sample by sample on one pool after the other: what disturbs the machine for a while, and
 * what is slow at the start, hits all sizes alike. Before each action stands a transfer, for the same reason.
 */
export async function measure(
  pools: BenchPool[],
  blocks: Block[],
  fresh: Fresh,
  progress: (text: string) => void,
): Promise<Growth[]> {
  const records: PoolRecord[] = pools.map((pool) => ({ pool, transfers: [], lines: new Map() }));
  for (const block of blocks) {
    for (const { pool } of records) await block.enter?.(pool);
    for (let part = 0; part < block.parts; part++) await measurePart(records, block, part, fresh);
    progress(`${block.title}: measured, ${block.samples} times each`);
  }
  return records.map(({ pool, transfers, lines }) => ({
    members: pool.founding.founders.length,
    transferCpuUs: quantile(transfers, 1 / 4),
    actions: Object.fromEntries([...lines].map(([name, { block, costs }]) => [name, usualCost(costs, block)])),
  }));
}

/** What was measured on the pools of one size. */
interface PoolRecord {
  pool: BenchPool;
  transfers: number[];
  lines: Map<string, { block: string; costs: Cost[] }>;
}

async function measurePart(records: PoolRecord[], block: Block, part: number, fresh: Fresh): Promise<void> {
  const each = block.samples / block.parts;
  const samples = Array.from({ length: each }, (_, i) => part * each + i);
  const pools: BenchPool[] = [];
  for (const { pool } of records) pools.push(block.own ? await fresh(pool, part) : pool);
  for (const stage of block.stages) {
    for (const pool of pools) await stage.enter?.(pool, samples);
    if (stage.passSeconds) await pools[0]?.chain.pass(stage.passSeconds);
    for (const sample of samples) {
      if (stage.actions.length === 0) continue;
      // each time another pool begins: the first one finds cold caches
      for (let turn = 0; turn < pools.length; turn++) {
        const i = (sample + turn) % pools.length;
        await clearMemory((records[0] as PoolRecord).pool);
        await measureRound(records[i] as PoolRecord, pools[i] as BenchPool, block, stage, sample);
      }
    }
  }
}

/** What another pool's action left to be cleared is billed to an action that nobody measures, and takes little itself. */
async function clearMemory({ chain, dac, members: [account = ''] }: BenchPool): Promise<void> {
  await chain.push([action(dac, 'setpayee', { account, payee: account }, account)]);
}

async function measureRound(
  { transfers, lines }: PoolRecord,
  pool: BenchPool,
  { title }: Block,
  { actions }: Stage,
  sample: number,
): Promise<void> {
  for (const one of actions) {
    const line = lines.get(one.name) ?? { block: title, costs: [] };
    line.costs.push(await measureOne(pool, one, sample, transfers));
    lines.set(one.name, line);
  }
}

async function measureOne(pool: BenchPool, one: Measured, sample: number, transfers: number[]): Promise<Cost> {
  const { chain, people } = pool;
  await one.prepare?.(pool, sample);
  const measured = await one.act(pool, sample);
  if (measured.name !== actionOf(one))
    throw new PoolError('bench', `${one.name} is measured by sending ${measured.name}`);
  const before = await chain.push([transfer(people.payer, people.receiver, 0.0001, `${one.name} ${sample}`)]);
  transfers.push(before.cpuUs);
  const payer = measured.authorization[0]?.actor ?? '';
  const cost = await chain.push([measured], [payer, pool.dac]);
  await one.after?.(pool, sample);
  return cost;
}

function usualCost(costs: Cost[], block: string): UsualCost {
  const cpuUs = costs.map((cost) => cost.cpuUs);
  const ramBytes = costs.map((cost) => cost.ramBytes);
  return {
    cpuUs: quantile(cpuUs, 1 / 4),
    ramBytes: quantile(ramBytes, 1 / 2),
    lowestCpuUs: Math.min(...cpuUs),
    medianCpuUs: quantile(cpuUs, 1 / 2),
    samples: costs.length,
    block,
  };
}

/** The value that this share of the others does not reach; there has to be one. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] as number;
}
