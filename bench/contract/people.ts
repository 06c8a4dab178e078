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
  /** Become members for a while, one after the other. */
  guests: string[];
  oracles: string[];
  arbitrators: string[];
  claimants: string[];
}

const PERSON: Resources = { ramBytes: 300_000, net: coreAmount(CORE, 100_000), cpu: coreAmount(CORE, 500_000) };
const BUSY: Resources = { ...PERSON, cpu: coreAmount(CORE, 20_000_000) };
/** A token that no pool has in its books. */
export const FOREIGN = '4,XTK';
/** More would make a transaction longer than nodeos allows on a slow machine. */
const IN_EACH = 12;

/** Creates the accounts and gives each some tokens in a row of its own: so no later transfer makes one, or takes one over. */
export async function createPeople(
  chain: BenchChain,
  key: People['key'],
  count: { members: number; applicants: number; guests: number },
): Promise<People> {
  const list = (prefix: string, length: number) => Array.from({ length }, (_, i) => accountName(prefix, i));
  const people: People = {
    key,
    payer: 'payer',
    receiver: 'receiver',
    rewards: 'rewards',
    members: list('member', count.members),
    applicants: list('applic', count.applicants),
    guests: list('guest', count.guests),
    oracles: list('oracle', 3),
    arbitrators: list('arbiter', 3),
    claimants: list('claimant', 2),
  };
  const busy = [people.payer, ...people.oracles];
  const { members: all, guests, arbitrators, claimants } = people;
  const others = [
    people.receiver,
    people.rewards,
    ...all,
    ...people.applicants,
    ...guests,
    ...arbitrators,
    ...claimants,
  ];
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
  await issueForeign(chain, people);
  await deployRewards(chain, people.rewards, key.public);
  return people;
}

async function issueForeign(chain: BenchChain, { payer, receiver }: People): Promise<void> {
  const quantity = coreAmount(FOREIGN, 1_000_000);
  await chain.push([
    action(TOKEN_CONTRACT, 'create', { issuer: payer, maximum_supply: quantity }, TOKEN_CONTRACT),
    action(TOKEN_CONTRACT, 'issue', { to: payer, quantity, memo: '' }, payer),
    action(TOKEN_CONTRACT, 'open', { owner: receiver, symbol: FOREIGN, ram_payer: receiver }, receiver),
  ]);
}
