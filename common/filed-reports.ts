import { firstBlockFrom, type Placed } from './block-search.ts';
import type { ChainClient } from './chain.ts';
import { firstSlot, slotAt } from './slot.ts';

/** Data of the contract's action `report`; `bytes` fields in hex. */
export interface ReportData {
  oracle: string;
  window: number;
  eligible: string;
  metrics: string;
  metrics_hash: string;
  log_root: string;
  strategy: string;
  version: string;
}

/** A report as it went on the chain. */
export interface OnChainReport {
  block: number;
  trx: string;
  data: ReportData;
}

/** Twenty minutes of blocks: reports come within seconds of each other. */
const MOST_SLOTS = 2400;
/** Requests that a node is given at a time. */
const AT_ONCE = 16;

/**
 * Each oracle's newest report of a window, out of the blocks themselves: what the contract keeps of it has no metrics, and is gone once the window is settled.
 * @param chain tells a block's slot.
 * @param until ms since 1970, when the newest that is wanted came; null: now. Looked at are `lookback` slots up to then (twenty minutes when left out), from the window's end on.
 */
export async function findReports(
  client: ChainClient,
  chain: { block(num: number): Promise<{ slot: number }> },
  {
    dac,
    window,
    head,
    until,
    lookback = MOST_SLOTS,
  }: { dac: string; window: number; head: Placed; until: number | null; lookback?: number },
): Promise<OnChainReport[]> {
  const last = until === null ? head.slot : Math.min(head.slot, slotAt(until) + 2);
  const from = Math.max(firstSlot(window + 1), last - lookback);
  if (from > last) return [];
  const first = await firstBlockFrom(chain, from, head);
  const newest = new Map<string, OnChainReport>();
  for (let num = first; num <= Math.min(head.num, first + last - from); num += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, head.num - num + 1) }, (_, i) => num + i);
    const blocks = await Promise.all(numbers.map((each) => client.block(each)));
    for (const [i, block] of blocks.entries()) {
      for (const found of reportsIn(block as unknown as WithActions, dac, window)) {
        newest.set(found.data.oracle, { block: numbers[i] ?? 0, ...found });
      }
    }
  }
  return [...newest.values()];
}

/** The reports of a window in one block. Throws PoolError `chain` when the node has no such block. */
export async function reportsInBlock(
  client: ChainClient,
  dac: string,
  window: number,
  block: number,
): Promise<OnChainReport[]> {
  const found = reportsIn((await client.block(block)) as unknown as WithActions, dac, window);
  return found.map((each) => ({ block, ...each }));
}

interface WithActions {
  transactions?: { status: string; trx: string | { id: string; transaction?: { actions?: ActionJson[] } } }[];
}

interface ActionJson {
  account: string;
  name: string;
  data: unknown;
}

/** What the node could not decode, for it lacked the ABI, is text and is no report that can be read. */
function reportsIn({ transactions = [] }: WithActions, dac: string, window: number): Omit<OnChainReport, 'block'>[] {
  return transactions.flatMap(({ status, trx }) => {
    if (status !== 'executed' || typeof trx === 'string') return [];
    return (trx.transaction?.actions ?? []).flatMap(({ account, name, data }) => {
      if (account !== dac || name !== 'report' || typeof data !== 'object' || data === null) return [];
      const read = { ...(data as ReportData), window: Number((data as ReportData).window) };
      return read.window === window ? [{ trx: trx.id, data: read }] : [];
    });
  });
}
