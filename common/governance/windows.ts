import { z } from 'zod';
import { hasBit } from '../bitmap.ts';
import type { ChainClient } from '../chain.ts';
import { count, flag, hash, hex, name, only, readRows, text, time } from './columns.ts';
import type { Seat } from './members.ts';

/** Table `windows`: settled and void windows of epochs that are not closed, or not erased yet. `reports` 0: the members decided. */
const windowRow = z
  .object({
    ...{ window: count, epoch: count, voided: flag, settled: time, reports: count, hash, metrics_hash: hash },
    ...{ log_root: hash, eligible: hex, strategy: text, version: text },
  })
  .transform(({ metrics_hash: metricsHash, log_root: logRoot, ...row }) => ({ ...row, metricsHash, logRoot }));

const openRow = z.object({ window: count, opened: time });

const reportRow = z
  .object({ oracle: name, hash, metrics_hash: hash, log_root: hash, time })
  .transform(({ metrics_hash: metricsHash, log_root: logRoot, ...row }) => ({ ...row, metricsHash, logRoot }));

const disputeRow = z.object({ window: count, proposal: count });

export type DecidedWindow = z.output<typeof windowRow>;
export type OpenWindow = z.output<typeof openRow>;
export type WindowReport = z.output<typeof reportRow>;
export type Dispute = z.output<typeof disputeRow>;

/** Decided windows with an id from `first` on, in order. */
export function readWindows(client: ChainClient, dac: string, first = 0): Promise<DecidedWindow[]> {
  return readRows(client, dac, 'windows', windowRow, { lower_bound: String(first) });
}

/** Null while it is not decided, and once it is erased. */
export async function readWindow(client: ChainClient, dac: string, window: number): Promise<DecidedWindow | null> {
  const [row] = await readRows(client, dac, 'windows', windowRow, only(window));
  return row ?? null;
}

/** Windows with reports that are not settled. */
export function readOpenWindows(client: ChainClient, dac: string): Promise<OpenWindow[]> {
  return readRows(client, dac, 'open', openRow);
}

/** Reports of a window that is not settled. */
export function readReports(client: ChainClient, dac: string, window: number): Promise<WindowReport[]> {
  return readRows(client, dac, 'reports', reportRow, { scope: String(window) });
}

export function readDisputes(client: ChainClient, dac: string): Promise<Dispute[]> {
  return readRows(client, dac, 'disputes', disputeRow);
}

/** Accounts whose bits a bitmap has; "seat N" for a seat that is erased. */
export function namesIn(eligible: string, seats: Seat[]): string[] {
  const bits = eligible.length * 4;
  const names = new Map(seats.map(({ index, account }) => [index, account]));
  return Array.from({ length: bits }, (_, index) => index)
    .filter((index) => hasBit(eligible, index))
    .map((index) => names.get(index) ?? `seat ${index}`);
}
