import { requireAccount, seconds, tokenExists } from './chain.ts';
import { demand, refuse } from './refusal.ts';
import { refreshOwner, voters } from './seats.ts';
import { configOf, FOUNDING, LIVE, requireText } from './setup.ts';
import type { Config, Pool } from './state.ts';

const DAY = 86_400;

export interface Init {
  producer: string;
  token_contract: string;
  core: string;
  chain_id: string;
  terms: string;
  url: string;
  location: number;
  founders: string[];
}

export function init(p: Pool, d: Init): void {
  demand(!p.config, 'the pool is set up already');
  requireAccount(p.chain, d.producer);
  demand(d.producer !== p.self, "must be another account than the contract's");
  requireAccount(p.chain, d.token_contract);
  demand(tokenExists(p.chain, d.token_contract, d.core), 'has no token');
  requireText(d.url);
  p.config = firstConfig(d);
  p.strategy = {
    strategy: 'first-delivered',
    mode: 'propose',
    from_window: 0,
    previous_strategy: 'first-delivered',
    previous_mode: 'propose',
  };
  p.terms.set(1, { hash: d.terms, since: seconds(p.chain), grace_until: seconds(p.chain) });
  p.books.set(0, newBooks(0, d.token_contract, d.core, d.producer));
  p.credits.set(0, new Map());
  nameFounders(p, d.founders);
}

export function newBooks(id: number, contract: string, symbol: string, holder: string) {
  const totals = { income_total: 0n, credited_total: 0n, paid_total: 0n, spent_total: 0n };
  return { id, contract, symbol, holder, bucket: 0n, infrastructure: 0n, closing_bucket: 0n, ...totals };
}

function firstConfig(d: Init): Config {
  return {
    producer: d.producer,
    phase: FOUNDING,
    registered: false,
    open: false,
    eligible_percent: 50,
    infra_permille: 100,
    location: d.location,
    mingap: 10,
    deadline: DAY,
    dispute: 3 * DAY,
    votetime: 3 * DAY,
    locktime: DAY,
    grace: 14 * DAY,
    probation: 30 * DAY,
    notice: 7 * DAY,
    challenge: 3 * DAY,
    changegap: 3600,
    pausetime: DAY,
    casetime: 30 * DAY,
    appealtime: 3 * DAY,
    bond: 0n,
    casefee: 0n,
    monthlimit: 0n,
    terms_version: 1,
    terms_grace: 0,
    paused_at: 0,
    paused_until: 0,
    chain_id: d.chain_id,
    terms: d.terms,
    url: d.url,
  };
}

export function requireFounding(p: Pool): void {
  demand(configOf(p).phase === FOUNDING, 'the founding is over');
}

export function nameFounders(p: Pool, accounts: string[]): void {
  const config = configOf(p);
  demand(accounts.length <= 100, 'at most 100 are allowed');
  p.founders.clear();
  for (const account of accounts) {
    requireAccount(p.chain, account);
    demand(account !== p.self && account !== config.producer, 'is the pool itself and cannot be a member');
    demand(!p.founders.has(account), 'is named twice');
    p.founders.add(account);
  }
}

/** From now on no key holds the contract's account. */
export function handOver(p: Pool): void {
  requireFounding(p);
  if (p.founders.size > 0) refuse('has not joined: wait for it');
  demand(voters(p).length > 0, 'nobody is a member');
  configOf(p).phase = LIVE;
  const code = { threshold: 1, accounts: [[`${p.self}@eosio.code`, 1]] as [string, number][] };
  p.chain.inlines.push(() => p.chain.authorities.set(`${p.self}@active`, code));
  refreshOwner(p);
}
