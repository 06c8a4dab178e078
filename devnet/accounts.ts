import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChainClient } from '../common/chain.ts';
import { createAccount, keyAuthority, type Resources } from '../deploy/accounts.ts';
import { readContract } from '../deploy/code.ts';
import { deployDac } from '../deploy/dac.ts';
import { admitMember, joinPool } from '../deploy/member.ts';
import { deployOracle } from '../deploy/oracle.ts';
import { coreAmount } from './boot.ts';
import { CORE, type DevnetConfig, NAMES, TOKEN_CONTRACT } from './config.ts';
import type { KeyRing } from './keys.ts';
import { ROOT } from './tools.ts';

/**
 * Stakes are shares: the whale's vote needs 15 % of all tokens, and with that staked an account with the usual 100
 * would get milliseconds a day on a fresh chain.
 */
const WHALE: Resources = { ramBytes: 100_000, net: coreAmount(CORE, 100_000_000), cpu: coreAmount(CORE, 100_000_000) };
const LOAD: Resources = { ramBytes: 100_000, net: coreAmount(CORE, 10_000_000), cpu: coreAmount(CORE, 20_000_000) };
const PERSON: Resources = { ramBytes: 300_000, net: coreAmount(CORE, 500_000), cpu: coreAmount(CORE, 500_000) };
/** Code costs ten times its size. */
const DAC: Resources = { ...PERSON, ramBytes: 4_000_000, cpu: coreAmount(CORE, 2_000_000) };

/** Accounts of producers, members, the voter and the load; all with keys of their own. */
export async function createAccounts(client: ChainClient, keys: KeyRing, people: string[]): Promise<void> {
  const make = (name: string, resources: Resources) =>
    createAccount('eosio', name, keyAuthority(keys.pair(name).public), resources);
  await client.transact([...make(NAMES.whale, WHALE), ...make(NAMES.load, LOAD)]);
  for (const name of people) await client.transact(make(name, PERSON));
}

/** The hash that members agree to. */
export function constitutionHash(): string {
  const text = readFileSync(path.join(ROOT, 'docs/constitution.md'));
  return createHash('sha256').update(text).digest('hex');
}

/** The DAC, its contract, the keyless producer account and the oracles. */
export async function deployPool(
  client: ChainClient,
  keys: KeyRing,
  config: DevnetConfig,
  oracles: string[],
): Promise<void> {
  const { chain_id } = await client.info();
  await deployDac(client, {
    creator: 'eosio',
    dac: NAMES.dac,
    dacKey: keys.pair(NAMES.dac).public,
    contract: readContract(path.join(ROOT, 'contracts/target/pool')),
    dacResources: DAC,
    producerResources: PERSON,
    terms: {
      producer: NAMES.pool,
      token_contract: TOKEN_CONTRACT,
      core: CORE,
      chain_id,
      terms: constitutionHash(),
      url: 'https://pool.example',
      location: 0,
      eligible_percent: config.DEVNET_ELIGIBLE_PERCENT,
      dispute_seconds: config.DEVNET_DISPUTE_SECONDS,
      infra_permille: config.DEVNET_INFRA_PERMILLE,
    },
  });
  for (const account of oracles) {
    const accountKey = keys.pair(account).public;
    const reportKey = keys.pair(`${account}@report`).public;
    await deployOracle(client, { creator: 'eosio', dac: NAMES.dac, account, accountKey, reportKey, resources: PERSON });
  }
}

/** All members apply with their signing keys and are admitted. */
export async function joinMembers(client: ChainClient, keys: KeyRing, members: string[]): Promise<void> {
  const { chain_id: chainId } = await client.info();
  const terms = constitutionHash();
  for (const account of members) {
    const signingKey = keys.pair(`${account}@signing`);
    const url = `https://${account}.example`;
    await joinPool(client, { dac: NAMES.dac, account, signingKey, terms, chainId, url, location: 0 });
    await admitMember(client, NAMES.dac, account);
  }
}
