import { action, type ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { stringToName } from '../../common/name.ts';
import { type Bounds, chainTime, readTable, type Whole } from '../../common/tables.ts';
import type { PoolConfig } from '../source/chain.ts';
import type { KeeperChain, KeeperStep, KeeperView } from './keeper.ts';
import type { OrderRow, Treasury } from './treasury.ts';

export interface KeeperIdentity {
  dac: string;
  account: string;
  permission: string;
}

/**
 * The keeper's view of a nodeos. Its permission has to be linked to harvest, cut, close and payorder; anybody may call
 * them, but a transaction needs somebody who pays for it.
 */
export class NodeKeeper implements KeeperChain {
  private readonly client: ChainClient;
  private readonly who: KeeperIdentity;
  private readonly config: () => Promise<PoolConfig>;

  constructor(client: ChainClient, who: KeeperIdentity, config: () => Promise<PoolConfig>) {
    this.client = client;
    this.who = who;
    this.config = config;
  }

  async view(): Promise<KeeperView> {
    const { dac } = this.who;
    const [config, claims, orders, treasury, info] = await Promise.all([
      this.config(),
      readTable<{ id: Whole }>(this.client, dac, dac, 'claims'),
      readTable<OrderRow>(this.client, dac, dac, 'orders'),
      readTreasury(this.client, dac),
      this.client.info(),
    ]);
    const lastClaim = await this.lastClaim(config.producer);
    const now = chainTime(info.head_block_time);
    return { config, lastClaim, claims: claims.map(({ id }) => Number(id)), orders, treasury, now };
  }

  async keep({ name, ...data }: KeeperStep): Promise<void> {
    const { dac, account, permission } = this.who;
    await this.client.transact([action(dac, name, data, `${account}@${permission}`)]);
  }

  private async lastClaim(producer: string): Promise<number | null> {
    const key = String(stringToName(producer));
    const only: Bounds = { lower_bound: key, upper_bound: key };
    type Row = { is_active: boolean | number; last_claim_time: string };
    const [row] = await readTable<Row>(this.client, 'eosio', 'eosio', 'producers', only);
    return row?.is_active ? chainTime(row.last_claim_time) : null;
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
