import type { ChainClient } from '../common/chain.ts';
import { createAccount, keyAuthority, type Resources } from '../deploy/accounts.ts';
import { coreAmount } from './boot.ts';
import { CORE, NAMES } from './config.ts';
import type { KeyRing } from './keys.ts';

/**
 * Stakes are shares: the whale's vote needs 15 % of all tokens, and with that staked an account with the usual 100
 * would get milliseconds a day on a fresh chain.
 */
const WHALE: Resources = { ramBytes: 100_000, net: coreAmount(CORE, 100_000_000), cpu: coreAmount(CORE, 100_000_000) };
const LOAD: Resources = { ramBytes: 100_000, net: coreAmount(CORE, 10_000_000), cpu: coreAmount(CORE, 20_000_000) };
export const PERSON: Resources = { ramBytes: 300_000, net: coreAmount(CORE, 500_000), cpu: coreAmount(CORE, 500_000) };
/** Code costs ten times its size. */
export const DAC: Resources = { ...PERSON, ramBytes: 4_000_000, cpu: coreAmount(CORE, 2_000_000) };

/** Accounts of producers, members, emitters, the voter and the load; all with keys of their own. */
export async function createAccounts(client: ChainClient, keys: KeyRing, people: string[]): Promise<void> {
  const make = (name: string, resources: Resources) =>
    createAccount('eosio', name, keyAuthority(keys.pair(name).public), resources);
  await client.transact([...make(NAMES.whale, WHALE), ...make(NAMES.load, LOAD)]);
  for (const name of people) await client.transact(make(name, PERSON));
}
