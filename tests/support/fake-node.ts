import path from 'node:path';
import { Serialize } from 'eosjs';
import { sha256 } from '../../common/canonical.ts';
import { ChainClient } from '../../common/chain.ts';
import { keyText } from '../../common/keys.ts';
import { stringToName } from '../../common/name.ts';
import { slotTime } from '../../common/slot.ts';
import { readContract } from '../../deploy/code.ts';
import { ROOT } from '../../devnet/tools.ts';
import type { FiledReport, ReportData } from '../../oracle/source/chain.ts';
import { CHAIN, POOL, signers } from '../unit/oracle/support/events.ts';
import type { FakeChain } from '../unit/oracle/support/fake-chain.ts';
import type { Handle } from './api-gate.ts';
import type { Pushed, ReportMarket } from './report-market.ts';

export const DAC = 'pooldac';

/** What a report costs, some of it. */
const PROCESSED = {
  block_num: 1,
  receipt: { status: 'executed', cpu_usage_us: 300, net_usage_words: 30 },
  action_traces: [],
};

/** The calls that an oracle makes to its node, answered as nodeos does, over a chain in memory. */
export class FakeNode {
  private readonly chain: FakeChain;
  private readonly market: ReportMarket;
  private readonly client = new ChainClient('http://127.0.0.1:1');
  private readonly abi = readContract(path.join(ROOT, 'contracts/target/pool')).abi;
  private readonly types: Map<string, Serialize.Type>;

  constructor(chain: FakeChain, market: ReportMarket) {
    this.chain = chain;
    this.market = market;
    this.types = Serialize.getTypesFromAbi(Serialize.createInitialTypes(), this.abi as never);
  }

  readonly handle: Handle = (pathname, body) => {
    try {
      return { status: 200, body: JSON.stringify(this.answer(pathname, JSON.parse(body || '{}'))) };
    } catch (thrown) {
      const error = { code: 500, what: 'refused', details: [{ message: (thrown as Error).message }] };
      return { status: 500, body: JSON.stringify({ code: 500, error }) };
    }
  };

  private answer(pathname: string, body: Record<string, string>): unknown {
    switch (pathname) {
      case '/v1/chain/get_info':
        return this.info();
      case '/v1/chain/get_block':
        return this.block(Number(body.block_num_or_id));
      case '/v1/chain/get_producer_schedule':
        return {
          active: {
            version: 7,
            producers: [POOL, 'alpha', 'beta', 'gamma'].map((producer_name) => ({ producer_name })),
          },
        };
      case '/v1/chain/get_raw_abi':
        return { account_name: DAC, abi: Buffer.from(this.client.packAbi(this.abi), 'hex').toString('base64') };
      case '/v1/chain/get_account':
        return { account_name: body.account_name, ram_quota: -1, ram_usage: 0 };
      case '/v1/chain/get_required_keys':
        return { required_keys: body.available_keys };
      case '/v1/chain/get_table_rows':
        return { rows: this.rows(body), more: false };
      case '/v1/chain/push_transaction':
        return { transaction_id: this.market.push(this.unpack(String(body.packed_trx))), processed: PROCESSED };
    }
    throw new Error(`there is no ${pathname} here`);
  }

  private info() {
    const { lib, head } = this.chain;
    return {
      chain_id: CHAIN,
      head_block_num: head.num,
      head_block_id: head.id,
      head_block_time: chainText(slotTime(head.slot)),
      last_irreversible_block_num: lib.num,
      last_irreversible_block_id: lib.id,
    };
  }

  private block(num: number) {
    const block = this.chain.blocks[num - 1];
    if (!block) throw new Error(`Could not find block: ${num}`);
    const { id, slot, producer, scheduleVersion } = block;
    const previous = this.chain.blocks[num - 2]?.id ?? '00'.repeat(32);
    const signed = { producer, producer_signature: 'SIG_NONE', schedule_version: scheduleVersion };
    return { id, block_num: num, previous, timestamp: chainText(slotTime(slot)), ...signed, transactions: [] };
  }

  private rows({ table, scope, lower_bound: key }: Record<string, string>): unknown[] {
    const { chain, market } = this;
    switch (table) {
      case 'config':
        return [
          { producer: POOL, phase: 1, eligible_percent: 50, deadline: 86_400, dispute: 5, paused_until: chainText(0) },
        ];
      case 'state':
        return [
          { harvested: 0, last_window: 0, closing_through: 0, closing_settled_at: chainText(0), closed_through: 0 },
        ];
      case 'seats':
        return chain.seatRows;
      case 'keys':
        return [...signers].map(([key, account]) => ({ account, key: keyText(key) }));
      case 'emitters':
        return chain.logKeys.map((key, i) => ({ account: `emitter${i + 1}`, key: keyText(key) }));
      case 'strategy':
        return [];
      case 'oracles':
        return ['oracle1', 'oracle2'].map((account) => ({ account, active: 1, open: 0 }));
      case 'windows':
        return filed(market.settled.get(Number(key))).map((row) => ({ ...row, reports: 2 }));
      case 'reports':
        return [...(market.open.get(Number(scope)) ?? [])]
          .filter(([oracle]) => key === undefined || key === String(stringToName(oracle)))
          .flatMap(([oracle, report]) => filed(report).map((row) => ({ ...row, oracle })));
    }
    throw new Error(`there is no table ${table} here`);
  }

  private unpack(packed: string): Pushed {
    const bytes = Buffer.from(packed, 'hex');
    const { actions, expiration } = this.client.api.deserializeTransaction(bytes) as {
      actions: { data: string }[];
      expiration: string;
    };
    const buffer = new Serialize.SerialBuffer({
      textEncoder: new TextEncoder(),
      textDecoder: new TextDecoder(),
      array: Buffer.from(actions[0]?.data ?? '', 'hex'),
    });
    const data = Serialize.getType(this.types, 'report').deserialize(buffer) as ReportData;
    const lower = (hex: string) => hex.toLowerCase();
    const report = {
      ...data,
      window: Number(data.window),
      eligible: lower(data.eligible),
      metrics: lower(data.metrics),
      metrics_hash: lower(data.metrics_hash),
      log_root: lower(data.log_root),
    };
    return { id: sha256(bytes).toString('hex'), report, expiresAt: Date.parse(`${expiration.replace(/\.\d+$/, '')}Z`) };
  }
}

/** Ms since 1970 as nodeos prints it. */
function chainText(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '');
}

function filed(report: FiledReport | undefined): { hash: string; log_root: string; time: string; settled: string }[] {
  if (!report) return [];
  const at = chainText(report.at);
  return [{ hash: report.hash, log_root: report.logRoot, time: at, settled: at }];
}
