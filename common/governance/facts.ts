import type { ChainClient } from '../chain.ts';
import { chainTime } from '../tables.ts';
import { type Case, readCase } from './cases.ts';
import { type Member, readMembers, readSeats, type Seat } from './members.ts';
import { type MsigProposal, readMsig } from './msig.ts';
import {
  type PoolClaim,
  type PoolConfig,
  type PoolState,
  type PoolStrategy,
  readClaims,
  readConfig,
  readState,
  readStrategy,
} from './pool.ts';
import type { Proposal } from './proposals.ts';
import { type RoleHolder, readRoles } from './roles.ts';
import { type Book, type Credit, type Order, readBooks, readCredits, readOrders } from './treasury.ts';
import { type DecidedWindow, readWindow } from './windows.ts';

/** What stands on the chain now: all that a proposal is shown beside. */
export interface Facts {
  dac: string;
  /** Chain time in ms since 1970. */
  now: number;
  config: PoolConfig;
  state: PoolState;
  strategy: PoolStrategy;
  claims: PoolClaim[];
  members: Member[];
  seats: Seat[];
  roles: RoleHolder[];
  orders: Order[];
  books: Book[];
  /** In the core token. */
  credits: Credit[];
  /** The core token, as "4,EOS". */
  symbol: string;
}

/** What only one kind of proposal needs; null for what is not there. */
export interface Details {
  window?: DecidedWindow | null;
  case?: Case | null;
  msig?: MsigProposal | null;
}

/** Reads all of it. Throws PoolError `no_pool` for an account without a pool, `chain_unreachable`, or `chain`. */
export async function readFacts(client: ChainClient, dac: string): Promise<Facts> {
  const config = await readConfig(client, dac);
  const [info, state, strategy, claims, members, seats, roles, orders, books, credits] = await Promise.all([
    client.info(),
    readState(client, dac),
    readStrategy(client, dac),
    readClaims(client, dac),
    readMembers(client, dac),
    readSeats(client, dac),
    readRoles(client, dac),
    readOrders(client, dac),
    readBooks(client, dac),
    readCredits(client, dac),
  ]);
  const symbol = books[0]?.symbol ?? '4,EOS';
  const now = chainTime(info.head_block_time);
  return { dac, now, config, state, strategy, claims, members, seats, roles, orders, books, credits, symbol };
}

/** What the proposal's kind needs besides. */
export async function readDetails(client: ChainClient, dac: string, proposal: Proposal): Promise<Details> {
  const { kind, value, subject, target } = proposal;
  if (kind === 'settle' || kind === 'void') return { window: await readWindow(client, dac, Number(value)) };
  if (kind === 'appeal') return { case: await readCase(client, dac, Number(value)) };
  if (kind === 'msig') return { msig: await readMsig(client, subject, target) };
  return {};
}
