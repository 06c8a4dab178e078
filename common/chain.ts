import { Api, JsonRpc, Serialize } from 'eosjs';
import type { SignatureProvider } from 'eosjs/dist/eosjs-api-interfaces.js';
import { JsSignatureProvider } from 'eosjs/dist/eosjs-jssig.js';
import { boundedFetch, fetchForEosjs } from './bounded-fetch.ts';
import { PoolError } from './errors.ts';

export interface Action {
  account: string;
  name: string;
  authorization: { actor: string; permission: string }[];
  data: unknown;
}

export interface ChainInfo {
  chain_id: string;
  head_block_num: number;
  head_block_id: string;
  head_block_time: string;
  head_block_producer: string;
  last_irreversible_block_num: number;
  last_irreversible_block_id: string;
  server_version_string: string;
}

/** The parts of `get_block` that the project reads. */
export interface ChainBlock {
  id: string;
  block_num: number;
  timestamp: string;
  producer: string;
  previous: string;
  producer_signature: string;
  schedule_version: number;
  transactions: { status: string; trx: string | { id: string } }[];
}

export interface Pushed {
  transaction_id: string;
  /** Chain time in ms since 1970 after which it can be in no block. */
  expiresAt: number;
  processed: { block_num: number; action_traces: ActionTrace[]; receipt: { cpu_usage_us: number } };
}

interface ActionTrace {
  act: { account: string; name: string; data: unknown };
  inline_traces?: ActionTrace[];
}

/** One action signed by `actor`, or by "actor@permission". */
export function action(account: string, name: string, data: unknown, signer: string): Action {
  const [actor = '', permission = 'active'] = signer.split('@');
  return { account, name, authorization: [{ actor, permission }], data };
}

/**
 * A nodeos' HTTP API, with eosjs for serialising and signing. Every refusal of the node is thrown as PoolError
 * `chain` with nodeos' own words; an unreachable node as `chain_unreachable`.
 */
export class ChainClient {
  readonly url: string;
  readonly api: Api;

  /** `signer`: private keys, or what signs elsewhere. */
  constructor(url: string, signer: string[] | SignatureProvider = []) {
    this.url = url.replace(/\/$/, '');
    const rpc = new JsonRpc(this.url, { fetch: fetchForEosjs as never });
    const signatureProvider = Array.isArray(signer) ? new JsSignatureProvider(signer) : signer;
    this.api = new Api({ rpc, signatureProvider, textDecoder: new TextDecoder(), textEncoder: new TextEncoder() });
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    const { ok, body: answer } = await boundedFetch(this.url + path, JSON.stringify(body));
    if (!ok) throw refusal(path, answer);
    return answer as T;
  }

  info(): Promise<ChainInfo> {
    return this.post('/v1/chain/get_info');
  }

  block(numberOrId: number | string): Promise<ChainBlock> {
    return this.post('/v1/chain/get_block', { block_num_or_id: numberOrId });
  }

  /** All rows of a small table (up to `limit`), decoded by the ABI on chain. */
  async rows<T>(code: string, scope: string, table: string, limit = 1000): Promise<T[]> {
    const body = { code, scope, table, json: true, limit };
    return (await this.post<{ rows: T[] }>('/v1/chain/get_table_rows', body)).rows;
  }

  /** Balance of `symbol` in a token contract, in the smallest unit; 0 when the account never had any. */
  async balance(tokenContract: string, account: string, symbol: string): Promise<bigint> {
    const body = { code: tokenContract, account, symbol };
    const [amount] = await this.post<string[]>('/v1/chain/get_currency_balance', body);
    return amount ? BigInt(amount.split(' ')[0]?.replace('.', '') ?? '0') : 0n;
  }

  /**
   * Signs and pushes one transaction. It refers to the last irreversible block, so that no change of fork can make
   * it invalid, and expires `expireSeconds` after the head block's time (the chain's clock, not this machine's).
   */
  async transact(actions: Action[], expireSeconds = 60): Promise<Pushed> {
    const header = await this.transactionHeader(expireSeconds);
    try {
      const answer = await this.api.transact({ ...header, actions } as never, { broadcast: true });
      return { ...(answer as unknown as Pushed), expiresAt: Date.parse(`${header.expiration}Z`) };
    } catch (thrown) {
      const json = (thrown as { json?: unknown }).json;
      if (json) throw refusal(actions.map((a) => `${a.account}::${a.name}`).join(', '), json);
      throw thrown;
    }
  }

  async transactionHeader(expireSeconds: number) {
    const info = await this.info();
    const expires = Date.parse(`${info.head_block_time}Z`) + expireSeconds * 1000;
    return {
      expiration: new Date(expires).toISOString().slice(0, 19),
      ref_block_num: info.last_irreversible_block_num & 0xffff,
      ref_block_prefix: Buffer.from(info.last_irreversible_block_id, 'hex').readUInt32LE(8),
    };
  }

  /** Forgets cached ABIs: eosjs keeps them for ever, also across a setabi. */
  forgetAbis(): void {
    this.api.cachedAbis.clear();
    this.api.contracts.clear();
  }

  /** An ABI in its binary form, as `setabi` takes it. eosjs needs every field of abi_def to be present. */
  packAbi(abi: object): string {
    const empty = { types: [], structs: [], actions: [], tables: [], ricardian_clauses: [], error_messages: [] };
    const more = { abi_extensions: [], variants: [], action_results: [], kv_tables: {} };
    const buffer = new Serialize.SerialBuffer({ textEncoder: new TextEncoder(), textDecoder: new TextDecoder() });
    this.api.abiTypes.get('abi_def')?.serialize(buffer, { ...empty, ...more, ...abi });
    return Buffer.from(buffer.asUint8Array()).toString('hex');
  }
}

/** nodeos' own words for a refusal, as PoolError `chain`. `answer`: the body of its answer. */
export function refusal(what: string, answer: unknown): PoolError {
  const error = (answer as { error?: { what?: unknown; details?: unknown } } | null)?.error;
  // Whatever answers there may be no nodeos.
  const details = (Array.isArray(error?.details) ? error.details : [])
    .map((one: { message?: unknown } | null) => String(one?.message ?? ''))
    .filter(Boolean)
    .map((message) => message.replace('assertion failure with message: ', ''));
  const text = details.length > 0 ? details.join('; ') : String(error?.what ?? JSON.stringify(answer));
  return new PoolError('chain', `${what} was refused: ${text}`, { text });
}
