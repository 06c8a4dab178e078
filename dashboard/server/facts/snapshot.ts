import type { ChainClient } from '../../../common/chain.ts';
import { PoolError } from '../../../common/errors.ts';
import { readMembers, readSeats } from '../../../common/governance/members.ts';
import { type PoolState, readConfig, readState } from '../../../common/governance/pool.ts';
import { readRoles } from '../../../common/governance/roles.ts';
import { type Credit, readBooks, readCredits } from '../../../common/governance/treasury.ts';
import {
  type DecidedWindow,
  namesIn,
  readOpenWindows,
  readReports,
  readWindows,
  type WindowReport,
} from '../../../common/governance/windows.ts';
import { chainTime } from '../../../common/tables.ts';

/** A decided window with the names behind its bits, which others can have later. */
export interface KnownWindow extends DecidedWindow {
  names: string[];
}

/** Windows and pay as the contract has them after one block. Amounts in units of the core token. */
export interface Snapshot {
  head: { num: number; id: string; at: number };
  state: PoolState;
  /** With an id from the first that was asked for on. */
  windows: KnownWindow[];
  open: { window: number; reports: WindowReport[] }[];
  credits: Credit[];
  seats: { account: string; shares: number; closing: number }[];
  payees: Record<string, { payee: string; isMember: boolean }>;
  /** As "4,EOS". */
  symbol: string;
  oracles: number;
  eligiblePercent: number;
}

/** A block comes while the tables are read: tried so often. */
const TRIES = 4;
const MOST_OPEN = 20;

/**
 * Reads all tables between two blocks. `first`: windows before it are left out, for a long epoch has thousands. Throws PoolError `chain_unreachable`, also
 * when a block came in between each time, `chain`, or `no_pool`.
 */
export async function readSnapshot(client: ChainClient, dac: string, first: number): Promise<Snapshot> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await client.info();
    const tables = await readAll(client, dac, first);
    const after = await client.info();
    if (before.head_block_id !== after.head_block_id) continue;
    const head = { num: before.head_block_num, id: before.head_block_id, at: chainTime(before.head_block_time) };
    return { head, ...tables };
  }
  throw new PoolError('chain_unreachable', `the tables of ${dac} changed while they were read, ${TRIES} times`);
}

async function readAll(client: ChainClient, dac: string, first: number): Promise<Omit<Snapshot, 'head'>> {
  const [config, state, windows, open, credits, seats, members, books, roles] = await Promise.all([
    readConfig(client, dac),
    readState(client, dac),
    readWindows(client, dac, first),
    readOpenWindows(client, dac),
    readCredits(client, dac),
    readSeats(client, dac),
    readMembers(client, dac),
    readBooks(client, dac),
    readRoles(client, dac),
  ]);
  const newest = open.map(({ window }) => window).slice(-MOST_OPEN);
  const reports = await Promise.all(newest.map((window) => readReports(client, dac, window)));
  const isMember = (status: string) => ['active', 'notice', 'suspended'].includes(status);
  return {
    state,
    windows: windows.map((row) => ({ ...row, names: namesIn(row.eligible, seats) })),
    open: newest.map((window, i) => ({ window, reports: reports[i] ?? [] })),
    credits,
    seats: seats.map(({ account, shares, closing }) => ({ account, shares, closing })),
    payees: Object.fromEntries(
      members.map(({ account, payee, status }) => [account, { payee, isMember: isMember(status) }]),
    ),
    symbol: books[0]?.symbol ?? '4,EOS',
    oracles: roles.filter(({ role, active }) => role === 'oracle' && active).length,
    eligiblePercent: Number(config.figures.eligible),
  };
}
