import { action } from '../../common/chain.ts';
import { createAccount, keyAuthority, type Resources } from '../../deploy/accounts.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE, TOKEN_CONTRACT } from '../../devnet/config.ts';
import { accountName } from '../../devnet/layout.ts';
import type { BenchChain } from './chain.ts';
import { deployRewards } from './rewards.ts';

/** Everybody on the bench's chain; all accounts have the same key, so that one signature does for many of them. */
export interface People {
  key: { public: string; private: string };
  /** Send and receive the transfers that everything is compared with. */
  payer: string;
  receiver: string;
  /** Stands in for the contract that pays producers. */
  rewards: string;
  members: string[];
  applicants: string[];
  oracles: string[];
}

const PERSON: Resources = { ramBytes: 300_000, net: coreAmount(CORE, 100_000), cpu: coreAmount(CORE, 500_000) };
const BUSY: Resources = { ...PERSON, cpu: coreAmount(CORE, 20_000_000) };
/** More would make a transaction longer than nodeos allows on a slow machine. */
const IN_EACH = 12;

/** Creates the accounts and gives each some tokens in a row of its own: so no later transfer makes one, or takes one over. */
export async function createPeople(
  chain: BenchChain,
  key: People['key'],
  members: number,
  applicants: number,
): Promise<People> {
  const list = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => accountName(prefix, i));
  const people: People = {
    key,
    payer: 'payer',
    receiver: 'receiver',
    rewards: 'rewards',
    members: list('member', members),
    applicants: list('applic', applicants),
    oracles: list('oracle', 3),
  };
  const busy = [people.payer, ...people.oracles];
  const others = [people.receiver, people.rewards, ...people.members, ...people.applicants];
  const make = (name: string, resources: Resources) => {
    return createAccount('eosio', name, keyAuthority(key.public), resources);
  };
  const actions = [...busy.flatMap((name) => make(name, BUSY)), ...others.flatMap((name) => make(name, PERSON))];
  await chain.pushAll(actions, IN_EACH);
  const pockets = [...busy, ...others].flatMap((to) => {
    const rich = to === people.payer || to === people.rewards;
    const quantity = coreAmount(CORE, rich ? 1_000_000 : 100);
    return [
      action(TOKEN_CONTRACT, 'open', { owner: to, symbol: CORE, ram_payer: to }, to),
      action(TOKEN_CONTRACT, 'transfer', { from: 'eosio', to, quantity, memo: '' }, 'eosio'),
    ];
  });
  await chain.pushAll(pockets, IN_EACH);
  await deployRewards(chain, people.rewards, key.public);
  return people;
}
