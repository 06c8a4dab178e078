import { amountText } from '../amount.ts';
import type { AccountState } from '../state/types.ts';
import { grouped } from '../words.ts';
import type { Total } from './cost.ts';
import { founded } from './founding.ts';
import { authorityText, type Given, permissionOf } from './step.ts';

/** What a founder pays for its own rows: `join` and one proposal with its votes. docs/contract.md, "Who pays". */
const FOUNDER_BYTES = 2000;
const SAVANNA =
  'the chain runs Savanna: how members, emitters and rescues behave under it was written from the source and never run (docs/decisions, README "What is not done"); the contract itself does not depend on it, but a producer needs a finalizer key besides';

/** What stands in the way of a plan, and what only has to be said. */
export function problems(given: Given, total: Total): { problems: string[]; warnings: string[] } {
  return { problems: [...blocking(given, total)], warnings: [...warnings(given)] };
}

function* blocking(given: Given, total: Total): Generator<string> {
  const { deployment, state } = given;
  const { creator, producer, dac } = deployment;
  const payer = state.accounts.get(creator) ?? null;
  if (payer === null)
    yield `the account ${creator}, which pays for the others, does not exist on this chain: name another creator`;
  yield* founded(given);
  const bp = state.accounts.get(producer.account) ?? null;
  if (bp && !/^0+$/.test(bp.codeHash))
    yield `${producer.account} carries code (sha256 ${bp.codeHash}): the producer account must have none, so take it off or name another account`;
  for (const account of [state.accounts.get(dac.account), bp]) if (account) yield* lost(account, dac.account);
  if (payer !== null) yield* payable(payer, total, given);
  yield* unnamed(given);
  for (const { account } of deployment.founders) {
    const known = state.accounts.get(account) ?? null;
    const free = known === null || known.ram.quota < 0 ? null : known.ram.quota - known.ram.used;
    const isIn = state.pool?.members.some((member) => member.account === account) ?? false;
    if (free !== null && !isIn && free < FOUNDER_BYTES)
      yield `${account} has ${grouped(free)} free bytes of RAM and needs ${grouped(FOUNDER_BYTES)} to join and to propose: buy it some`;
  }
  for (const role of ['emitters', 'arbitrators'] as const) {
    const named = deployment.roles[role].map((each) => (typeof each === 'string' ? each : each.account));
    for (const account of named)
      if (state.accounts.get(account) === null)
        yield `roles.${role}: ${account} does not exist on this chain: its operator makes it first`;
  }
  for (const { account, key } of deployment.roles.oracles)
    if (key === undefined && state.accounts.get(account) === null)
      yield `roles.oracles: ${account} does not exist on this chain: give its key, so that it is made, or let its operator make it first`;
}

/**
 * Names that eosio.system lets nobody but `eosio` make: those with fewer than 12 characters are auctioned, those with a dot belong to who has
 * the part behind it. Source: AntelopeIO/reference-contracts, eosio.system.cpp, `native::newaccount`.
 */
function* unnamed({ deployment, state }: Given): Generator<string> {
  const { creator, dac, producer, roles } = deployment;
  const made = [dac.account, producer.account, ...roles.oracles.flatMap(({ account, key }) => (key ? [account] : []))];
  if (creator === 'eosio') return;
  for (const name of made.filter((each) => (state.accounts.get(each) ?? null) === null)) {
    const suffix = name.split('.').at(-1) ?? '';
    if (suffix !== name && suffix !== creator)
      yield `${name} can be made by ${suffix} alone: make it with that account first`;
    if (suffix === name && name.length < 12)
      yield `${name} has fewer than 12 characters, and such names are auctioned by the chain (eosio::bidname): take one of 12 characters, or make the account first when you have won it`;
  }
}

/** An account that its own code alone holds can be mended by that code only, and the contract does no such thing. */
function* lost(account: AccountState, dac: string): Generator<string> {
  if (account.name === dac) return;
  const owner = permissionOf(account, 'owner')?.auth;
  const isOurs = owner?.keys.length === 0 && owner.accounts.length === 1 && owner.accounts[0]?.permission.actor === dac;
  const foreign = account.permissions.find(({ name }) => !['owner', 'active'].includes(name));
  const linked = account.permissions.find(({ links }) => links.length > 0);
  const active = permissionOf(account, 'active')?.auth;
  if (!isOurs) return;
  if (foreign)
    yield `${account.name}@${foreign.name} is a permission beside owner and active, and no key is left that could delete it: take another producer account`;
  else if (linked)
    yield `${account.name} has a link to ${linked.name}, and no key is left that could remove it: take another producer account`;
  else if (active && (active.keys.length > 0 || active.accounts.length !== 1))
    yield `${account.name}@active is ${authorityText(active)}, and no key is left that could change it: take another producer account`;
}

function* payable({ name, liquid }: AccountState, total: Total, { deployment }: Given): Generator<string> {
  const { token } = deployment;
  if (total.ramBytes > 0 && total.ramPrice === null)
    yield `the chain's market has no ${grouped(total.ramBytes)} bytes of RAM to sell: ask its producers`;
  const needed = (total.ramPrice ?? 0n) + total.stake;
  if (needed <= liquid) return;
  const parts = `${amountText(total.ramPrice ?? 0n, token)} for ${grouped(total.ramBytes)} bytes of RAM and ${amountText(total.stake, token)} for stakes`;
  yield `${name} has ${amountText(liquid, token)} and needs ${amountText(needed, token)}: ${parts}`;
}

function* warnings({ network, state, deployment }: Given): Generator<string> {
  if (!network.tried)
    yield `no pool was ever deployed on ${network.name} with this program: its profile was put together from public sources`;
  yield* network.notes;
  if (state.consensus === 'savanna') yield SAVANNA;
  else if (network.consensus === 'savanna') yield `${SAVANNA} (by the profile; the node does not tell)`;
  else if (state.consensus === 'untold' && network.consensus === 'unknown')
    yield 'the node does not tell which consensus its chain runs (nodeos does from Spring 1.0 on): nothing of Savanna was ever tried';
  for (const account of [deployment.dac.account, deployment.producer.account]) {
    const known = state.accounts.get(account) ?? null;
    if (known && !known.tellsLinks)
      yield `what is linked to permissions of ${account} cannot be checked: the node does not tell (nodeos does from Leap 3.1 on)`;
  }
}
