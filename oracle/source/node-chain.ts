import type { z } from 'zod';
import { sha256 } from '../../common/canonical.ts';
import { action, type ChainClient } from '../../common/chain.ts';
import { checkRows } from '../../common/checked-rows.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { chainTime, readTable } from '../../common/tables.ts';
import type { BlockRef, OracleChain, ReportData, SignedTransaction } from './chain.ts';
import { type HeaderJson, signedHeader } from './header.ts';
import { NodeBlocks } from './node-blocks.ts';
import type { BlockSource } from './source.ts';
import {
  bitmapRow,
  configRow,
  filedRow,
  keyRow,
  oracleRow,
  scheduleAnswer,
  seatRow,
  stateRow,
  strategyRow,
  toConfig,
  toFiled,
  toSeat,
  toVotedMode,
} from './tables.ts';
import { type PushAnswer, useOf } from './use.ts';

/** Long enough for a busy chain, short enough that a report which got lost is sent anew within two minutes. */
const EXPIRE_SECONDS = 60;

export interface Identity {
  dac: string;
  account: string;
  permission: string;
}

/** The oracle's own nodeos: tables and transactions through the chain API, blocks from there or from another source of the same node. */
export class NodeChain implements OracleChain {
  private readonly client: ChainClient;
  private readonly who: Identity;
  private readonly blocks: BlockSource;

  constructor(client: ChainClient, who: Identity, blocks: BlockSource = new NodeBlocks(client)) {
    this.client = client;
    this.who = who;
    this.blocks = blocks;
  }

  async chainId(): Promise<string> {
    return (await this.client.info()).chain_id;
  }

  irreversible() {
    return this.blocks.irreversible();
  }

  /** The newest block. */
  async head(): Promise<BlockRef> {
    return this.block((await this.client.info()).head_block_num);
  }

  block(num: number) {
    return this.blocks.block(num);
  }

  async header(num: number) {
    return signedHeader((await this.client.block(num)) as unknown as HeaderJson);
  }

  async schedule() {
    const path = '/v1/chain/get_producer_schedule';
    const [answer] = checkRows('get_producer_schedule', scheduleAnswer, [await this.client.post(path)]);
    const { active } = answer as z.infer<typeof scheduleAnswer>;
    return { version: active.version, producers: active.producers.map((each) => each.producer_name) };
  }

  async config() {
    const [[config], [state]] = await Promise.all([this.table('config', configRow), this.table('state', stateRow)]);
    if (!config || !state) throw new PoolError('chain', `${this.who.dac} is no pool that is set up: it has no config`);
    return toConfig(config, state);
  }

  async seats() {
    return (await this.table('seats', seatRow)).map(toSeat);
  }

  async signers() {
    const rows = await this.table('keys', keyRow);
    return new Map(rows.map((row) => [keyId(row.key), row.account]));
  }

  async emitters() {
    const rows = await this.table('emitters', keyRow);
    return rows.map(({ account, key }) => ({ account, key: keyId(key) }));
  }

  async oracles() {
    const rows = await this.table('oracles', oracleRow);
    return rows.filter(({ active }) => active).map(({ account }) => account);
  }

  async votedMode() {
    return toVotedMode((await this.table('strategy', strategyRow))[0]);
  }

  async settled(window: number) {
    return toFiled((await this.table('windows', filedRow, this.who.dac, String(window)))[0]);
  }

  /** Who has a share of a settled window, hex; null while it is not settled. */
  async settledBitmap(window: number): Promise<string | null> {
    return (await this.table('windows', bitmapRow, this.who.dac, String(window)))[0]?.eligible ?? null;
  }

  /** A scope of digits is read as a number by nodeos, and so is a bound: neither is mistaken for a name. */
  async ownReport(window: number) {
    const key = String(stringToName(this.who.account));
    return toFiled((await this.table('reports', filedRow, String(window), key))[0]);
  }

  async openReports(window: number) {
    const rows = await this.table('reports', filedRow, String(window));
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

  async push({ packed, signatures }: SignedTransaction) {
    const body = { signatures, compression: 0, packed_context_free_data: '', packed_trx: packed };
    try {
      return useOf(await this.client.post<PushAnswer>('/v1/chain/push_transaction', body), this.who.account);
    } catch (thrown) {
      if (!/duplicate transaction/i.test(sentence(thrown))) throw thrown;
      return null;
    }
  }

  private async table<T>(table: string, row: z.ZodType<T>, scope = this.who.dac, key?: string): Promise<T[]> {
    const bounds = key === undefined ? {} : { lower_bound: key, upper_bound: key };
    return checkRows(table, row, await readTable<unknown>(this.client, this.who.dac, scope, table, bounds));
  }
}
