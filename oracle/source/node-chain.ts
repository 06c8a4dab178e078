import { sha256 } from '../../common/canonical.ts';
import { action, type ChainBlock, type ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import { chainTime, readTable } from '../../common/tables.ts';
import type { BlockRef, OracleChain, ReportData, SignedTransaction } from './chain.ts';
import { type HeaderJson, signedHeader } from './header.ts';
import {
  type ConfigRow,
  type FiledRow,
  type SeatRow,
  type StateRow,
  type StrategyRow,
  toConfig,
  toFiled,
  toSeat,
  toVotedMode,
} from './tables.ts';

/** Long enough for a busy chain, short enough that a report which got lost is sent anew within two minutes. */
const EXPIRE_SECONDS = 60;

export interface Identity {
  dac: string;
  account: string;
  permission: string;
}

/** The oracle's own nodeos, through the chain API alone: no plugin beside it is needed. */
export class NodeChain implements OracleChain {
  private readonly client: ChainClient;
  private readonly who: Identity;

  constructor(client: ChainClient, who: Identity) {
    this.client = client;
    this.who = who;
  }

  async chainId(): Promise<string> {
    return (await this.client.info()).chain_id;
  }

  async irreversible(): Promise<BlockRef> {
    return this.block((await this.client.info()).last_irreversible_block_num);
  }

  /** The newest block. */
  async head(): Promise<BlockRef> {
    return this.block((await this.client.info()).head_block_num);
  }

  async block(num: number): Promise<BlockRef> {
    const block = (await this.client.block(num)) as ChainBlock & { schedule_version: number };
    const { id, producer, timestamp, schedule_version: scheduleVersion } = block;
    return { num: block.block_num, id, slot: slotOfTimestamp(timestamp), producer, scheduleVersion };
  }

  async header(num: number) {
    return signedHeader((await this.client.block(num)) as unknown as HeaderJson);
  }

  async schedule() {
    const path = '/v1/chain/get_producer_schedule';
    const { active } = await this.client.post<{
      active: { version: number; producers: { producer_name: string }[] };
    }>(path);
    return { version: active.version, producers: active.producers.map((each) => each.producer_name) };
  }

  async config() {
    const [[config], [state]] = await Promise.all([this.table<ConfigRow>('config'), this.table<StateRow>('state')]);
    if (!config || !state) throw new PoolError('chain', `${this.who.dac} is no pool that is set up: it has no config`);
    return toConfig(config, state);
  }

  async seats() {
    return (await this.table<SeatRow>('seats')).map(toSeat);
  }

  async signers() {
    const rows = await this.table<{ account: string; key: string }>('keys');
    return new Map(rows.map((row) => [keyId(row.key), row.account]));
  }

  async emitters() {
    const rows = await this.table<{ account: string; key: string }>('emitters');
    return rows.map(({ account, key }) => ({ account, key: keyId(key) }));
  }

  async votedMode() {
    return toVotedMode((await this.table<StrategyRow>('strategy'))[0]);
  }

  async settled(window: number) {
    return toFiled((await this.table<FiledRow>('windows', this.who.dac, String(window)))[0]);
  }

  /** Who has a share of a settled window, hex; null while it is not settled. */
  async settledBitmap(window: number): Promise<string | null> {
    return (await this.table<{ eligible: string }>('windows', this.who.dac, String(window)))[0]?.eligible ?? null;
  }

  /** A scope of digits is read as a number by nodeos, and so is a bound: neither is mistaken for a name. */
  async ownReport(window: number) {
    const key = String(stringToName(this.who.account));
    return toFiled((await this.table<FiledRow>('reports', String(window), key))[0]);
  }

  async openReports(window: number) {
    const rows = await this.table<FiledRow>('reports', String(window));
    return rows.map(({ oracle = '', hash, log_root: logRoot }) => ({ oracle, hash, logRoot }));
  }

  async signReport(data: ReportData): Promise<SignedTransaction> {
    this.client.forgetAbis();
    const header = await this.client.transactionHeader(EXPIRE_SECONDS);
    const { dac, account, permission } = this.who;
    const actions = [action(dac, 'report', data, `${account}@${permission}`)];
    const options = { broadcast: false, sign: true };
    const signed = (await this.client.api.transact({ ...header, actions } as never, options)) as {
      signatures: string[];
      serializedTransaction: Uint8Array;
    };
    const packed = Buffer.from(signed.serializedTransaction);
    const id = sha256(packed).toString('hex');
    const { signatures } = signed;
    return { id, expiresAt: chainTime(header.expiration), packed: packed.toString('hex'), signatures };
  }

  async push({ packed, signatures }: SignedTransaction): Promise<void> {
    const body = { signatures, compression: 0, packed_context_free_data: '', packed_trx: packed };
    try {
      await this.client.post('/v1/chain/push_transaction', body);
    } catch (thrown) {
      if (!/duplicate transaction/i.test(sentence(thrown))) throw thrown;
    }
  }

  private table<T>(table: string, scope = this.who.dac, key?: string): Promise<T[]> {
    const bounds = key === undefined ? {} : { lower_bound: key, upper_bound: key };
    return readTable<T>(this.client, this.who.dac, scope, table, bounds);
  }
}
