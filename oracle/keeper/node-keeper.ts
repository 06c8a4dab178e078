import { action, type ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { stringToName } from '../../common/name.ts';
import { type Bounds, chainTime, readTable, type Whole } from '../../common/tables.ts';
import type { PoolConfig } from '../source/chain.ts';
import { type ClaimRow, type ClaimState, type ClaimTimes, everyMs, ruleOf, unclaimed } from './claims.ts';
import type { KeeperChain, KeeperStep, KeeperView } from './keeper.ts';
import { type ClaimRule, PROFILES, type Profile } from './profile.ts';
import type { OrderRow, Treasury } from './treasury.ts';

export interface KeeperIdentity {
  dac: string;
  account: string;
  permission: string;
}

export interface NodeKeeperParts {
  client: ChainClient;
  who: KeeperIdentity;
  /** Of the chain; that of the system contract when left out. */
  profile?: Profile;
  times: ClaimTimes;
  config(): Promise<PoolConfig>;
  /** Accounts of the active oracles. */
  oracles(): Promise<string[]>;
}

/**
 * The keeper's view of a nodeos. Its permission has to be linked to harvest, cut, close and payorder; anybody may call
 * them, but a transaction needs somebody who pays for it.
 */
export class NodeKeeper implements KeeperChain {
  private readonly parts: NodeKeeperParts;
  private readonly profile: Profile;

  constructor(parts: NodeKeeperParts) {
    this.parts = parts;
    this.profile = parts.profile ?? (PROFILES.eosio as Profile);
  }

  async view(): Promise<KeeperView> {
    const { client, who, config, oracles } = this.parts;
    const { dac } = who;
    const [pool, found, orders, treasury, info, active] = await Promise.all([
      config(),
      readTable<Omit<ClaimRow, 'id'> & { id: Whole }>(client, dac, dac, 'claims'),
      readTable<OrderRow>(client, dac, dac, 'orders'),
      readTreasury(client, dac),
      client.info(),
      oracles(),
    ]);
    const now = chainTime(info.head_block_time);
    const rows = found.map((row) => ({ ...row, id: Number(row.id) }));
    const claims: ClaimState[] = [];
    for (const row of rows) claims.push(await this.claim(row, pool.producer, now));
    return { config: pool, claims, unclaimed: unclaimed(this.profile, rows), orders, treasury, oracles: active, now };
  }

  async keep({ name, ...data }: KeeperStep): Promise<void> {
    const { client, who } = this.parts;
    await client.transact([action(who.dac, name, data, `${who.account}@${who.permission}`)]);
  }

  private async claim(row: ClaimRow, producer: string, now: number): Promise<ClaimState> {
    const rule = ruleOf(this.profile, row) ?? (this.profile.claims[0] as ClaimRule);
    const found = { ...row, everyMs: everyMs(rule) };
    if (rule.lastClaim) {
      const { active, field, ...place } = rule.lastClaim;
      const state = await this.rowOf(producer, place);
      const isActive = state && (active === undefined || Boolean(state[active]));
      return { ...found, lastClaim: isActive ? chainTime(String(state[field])) : null, owed: null };
    }
    const { field, ...place } = rule.owed as NonNullable<ClaimRule['owed']>;
    const amount = (await this.rowOf(producer, place))?.[field];
    const owed = amount === undefined ? 0n : BigInt(String(amount).split(' ')[0]?.replace('.', '') ?? '0');
    return { ...found, lastClaim: this.parts.times.seen(row.id, owed, now), owed };
  }

  private async rowOf(producer: string, place: { code: string; scope: string; table: string }) {
    const key = String(stringToName(producer));
    const only: Bounds = { lower_bound: key, upper_bound: key };
    const { code, scope, table } = place;
    const [row] = await readTable<Record<string, unknown>>(this.parts.client, code, scope, table, only);
    return row;
  }
}

/** Throws PoolError `chain` when `dac` is no pool that is set up. */
export async function readTreasury(client: ChainClient, dac: string): Promise<Treasury> {
  const [[core], [config], [state]] = await Promise.all([
    readTable<Pick<Treasury, 'infrastructure'>>(client, dac, dac, 'books', { upper_bound: '0' }),
    readTable<Pick<Treasury, 'monthlimit'>>(client, dac, dac, 'config'),
    readTable<Pick<Treasury, 'month' | 'month_spent'>>(client, dac, dac, 'state'),
  ]);
  if (!core || !config || !state) throw new PoolError('chain', `${dac} is no pool that is set up: it has no books`);
  const { month, month_spent } = state;
  return { infrastructure: core.infrastructure, monthlimit: config.monthlimit, month, month_spent };
}
