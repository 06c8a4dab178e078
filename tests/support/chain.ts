import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHAIN_SEED, type ChainFile } from '../../cli/run/chain.ts';
import { type Action, ChainClient, type Pushed } from '../../common/chain.ts';
import { privateKeyBytes } from '../../common/keys.ts';
import { type Authority, createAccount, keyAuthority, type Resources } from '../../deploy/accounts.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE } from '../../devnet/config.ts';
import { type KeyPair, KeyRing } from '../../devnet/keys.ts';
import { setShift } from '../../devnet/shift.ts';
import { signTransaction } from '../../devnet/sign.ts';
import { eventually } from '../../devnet/wait.ts';

export type Row = Record<string, unknown>;

export const PERSON: Resources = {
  ramBytes: 300_000,
  net: coreAmount(CORE, 100_000),
  cpu: coreAmount(CORE, 100_000),
};
/** Code costs ten times its size. */
export const CARRIER: Resources = { ...PERSON, ramBytes: 4_000_000, cpu: coreAmount(CORE, 500_000) };

/** The chain that all files of tests/e2e/chain share; each makes accounts of its own. */
export class TestChain {
  readonly client: ChainClient;
  readonly file: ChainFile;
  readonly #keys = new KeyRing(CHAIN_SEED);
  #pushed = 0;

  constructor() {
    const dir = process.env.POOL_CHAIN;
    if (!dir) throw new Error('these tests need a running chain: start them by ./pool test e2e');
    this.file = JSON.parse(readFileSync(path.join(dir, 'chain.json'), 'utf8')) as ChainFile;
    this.client = new ChainClient(this.file.api);
  }

  /** The key of an account, or of "account@permission". */
  key(label: string): KeyPair {
    return this.#keys.pair(label);
  }

  async account(name: string, resources = PERSON, authority?: Authority): Promise<void> {
    const auth = authority ?? keyAuthority(this.key(name).public);
    await this.push(createAccount('eosio', name, auth, resources));
  }

  async accounts(...names: string[]): Promise<void> {
    for (const name of names) await this.account(name);
  }

  /**
   * Signs with the keys of the actions' actors, or of those given, and pushes. Each transaction expires at another second,
   * so that none is taken for a repetition.
   */
  async push(actions: Action | Action[], signers?: string[]): Promise<Pushed> {
    const list = [actions].flat();
    const { api } = this.client;
    this.#pushed++;
    const header = await this.client.transactionHeader(60 + (this.#pushed % 3000));
    const serialized = api.serializeTransaction({ ...header, actions: await api.serializeActions(list) });
    const labels = signers ?? [...new Set(list.flatMap((one) => one.authorization.map(labelOf)))];
    const signatures = labels.map((label) =>
      signTransaction(this.file.chainId, serialized, privateKeyBytes(this.key(label).private)),
    );
    return this.client.post<Pushed>('/v1/chain/send_transaction', {
      signatures,
      compression: 0,
      packed_trx: Buffer.from(serialized).toString('hex'),
      packed_context_free_data: '',
    });
  }

  /** The time of the head block, in ms. */
  async now(): Promise<number> {
    return Date.parse(`${(await this.client.info()).head_block_time}Z`);
  }

  /** Lets time pass on the chain: a second as it comes, more by setting the node's clock forward. */
  async pass(seconds: number): Promise<void> {
    const goal = (await this.now()) + seconds * 1000;
    if (seconds > 2) setShift(this.file.clock, Number(readFileSync(this.file.clock, 'utf8')) + seconds);
    await eventually(`${seconds} s on the chain`, async () => ((await this.now()) >= goal ? true : undefined));
  }

  async authority(account: string, permission: string): Promise<Authority> {
    const { permissions } = await this.client.post<{ permissions: { perm_name: string; required_auth: Authority }[] }>(
      '/v1/chain/get_account',
      { account_name: account },
    );
    const found = permissions.find(({ perm_name }) => perm_name === permission);
    assert.ok(found, `${account} has no permission ${permission}`);
    return found.required_auth;
  }

  async codeHash(account: string): Promise<string> {
    const body = { account_name: account };
    return (await this.client.post<{ code_hash: string }>('/v1/chain/get_code_hash', body)).code_hash;
  }

  async ramUsage(account: string): Promise<number> {
    const body = { account_name: account };
    return (await this.client.post<{ ram_usage: number }>('/v1/chain/get_account', body)).ram_usage;
  }
}

function labelOf({ actor, permission }: { actor: string; permission: string }): string {
  return permission === 'active' || permission === 'owner' ? actor : `${actor}@${permission}`;
}

/** The node must refuse it with a sentence like this one. */
export async function refuses(attempt: Promise<unknown>, says: RegExp): Promise<void> {
  await assert.rejects(attempt, (thrown: Error) => {
    assert.match(thrown.message, says);
    return true;
  });
}

/** nodeos' own words when the signatures do not suffice. */
export const NO_AUTHORITY = /does not have signatures for it|irrelevant authority|unsatisfied|not satisfied/;
