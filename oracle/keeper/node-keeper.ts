import { action, type ChainClient } from '../../common/chain.ts';
import { stringToName } from '../../common/name.ts';
import type { PoolConfig } from '../source/chain.ts';
import type { KeeperAction, KeeperChain } from './keeper.ts';

export interface KeeperIdentity {
  dac: string;
  account: string;
  permission: string;
}

/**
 * The keeper's view of a nodeos. Its permission has to be linked to harvest, cut and close; anybody may call them, but a
 * transaction needs somebody who pays for it.
 */
export class NodeKeeper implements KeeperChain {
  private readonly client: ChainClient;
  private readonly who: KeeperIdentity;
  readonly config: () => Promise<PoolConfig>;

  constructor(client: ChainClient, who: KeeperIdentity, config: () => Promise<PoolConfig>) {
    this.client = client;
    this.who = who;
    this.config = config;
  }

  async lastClaim(producer: string): Promise<number | null> {
    const key = String(stringToName(producer));
    const table = { code: 'eosio', scope: 'eosio', table: 'producers', json: true, lower_bound: key, upper_bound: key };
    type Row = { is_active: boolean | number; last_claim_time: string };
    const { rows } = await this.client.post<{ rows: Row[] }>('/v1/chain/get_table_rows', table);
    return rows[0]?.is_active ? Date.parse(`${rows[0].last_claim_time}Z`) : null;
  }

  async now(): Promise<number> {
    return Date.parse(`${(await this.client.info()).head_block_time}Z`);
  }

  async keep(name: KeeperAction): Promise<void> {
    const { dac, account, permission } = this.who;
    await this.client.transact([action(dac, name, {}, `${account}@${permission}`)]);
  }
}
