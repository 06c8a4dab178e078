import { after, reached, register, seconds, unregister, windowNow } from './chain.ts';
import { demand, demandRow } from './refusal.ts';
import { configOf, DISSOLVING } from './setup.ts';
import type { Member, Pool, Seat } from './state.ts';

const MAX_SEATS = 100;

/** In the order of the accounts' names, as tables and authorities have them. */
export function byName<T>(rows: Map<string, T>): T[] {
  return [...rows.keys()].sort().map((name) => rows.get(name) as T);
}

export function takesPart(seat: Seat): boolean {
  return seat.until === 0;
}

/** A member with a vote, now or after its probation. */
export function isVoting(seat: Seat): boolean {
  return seat.voting && takesPart(seat);
}

export function voters(p: Pool): Seat[] {
  return byName(p.seats).filter(isVoting);
}

export function requireVoter(p: Pool, account: string): Seat {
  const seat = demandRow(p.seats.get(account), 'is not a member: it would have to join and be admitted first');
  demand(isVoting(seat), 'is leaving, suspended or gone');
  demand(reached(p.chain, seat.probation_until), 'is on probation for');
  return seat;
}

/** Without anybody who votes nothing could ever be changed. */
export function isLastVoter(p: Pool, account: string): boolean {
  const all = voters(p);
  return all.length === 1 && all[0]?.account === account;
}

export function requireNotLast(p: Pool, account: string): void {
  demand(!isLastVoter(p, account), 'is the last member with a vote');
}

export function requireThree(p: Pool): void {
  demand(voters(p).length >= 3, 'has fewer than 3 members with a vote');
}

export function seatOf(p: Pool, account: string): Seat {
  const seat = p.seats.get(account);
  if (!seat) throw new Error(`model: ${account} has no seat`);
  return seat;
}

/** From here the last windows of a pool that is being dissolved have their time. */
export function noteEnd(p: Pool): void {
  if (configOf(p).phase === DISSOLVING) p.state.dissolving_at = seconds(p.chain);
}

/** Any single key of those who sign is good for the producer; without one it cannot produce and is unregistered. */
export function refreshSigning(p: Pool): void {
  const config = configOf(p);
  if (!config.registered) return;
  const keys = byName(p.seats)
    .filter((seat) => seat.signing && takesPart(seat))
    .map((seat) => seat.key);
  if (keys.length === 0) {
    config.registered = false;
    noteEnd(p);
    p.chain.inlines.push(() => unregister(p.chain));
    return;
  }
  const { url, location } = config;
  p.chain.inlines.push(() => register(p.chain, keys, url, location));
}

/** The break-glass: k of those who vote now hold `owner` beside the contract's code, once the pool is handed over. */
export function refreshOwner(p: Pool): void {
  if (configOf(p).phase < 1) return;
  const names = voters(p)
    .filter((seat) => reached(p.chain, seat.probation_until))
    .map((seat) => seat.account);
  const n = names.length;
  const k = n === 0 ? 1 : Math.min(n, Math.max(Math.ceil((3 * n) / 4), Math.floor(n / 2) + 2));
  const accounts = [
    ...names.map((name): [string, number] => [`${name}@active`, 1]),
    [`${p.self}@eosio.code`, k] as [string, number],
  ];
  accounts.sort(([a], [b]) => (a < b ? -1 : 1));
  p.chain.inlines.push(() => p.chain.authorities.set(`${p.self}@owner`, { threshold: k, accounts }));
}

/** Makes the applicant a member: a bit of the bitmap, a key in the authority, a vote on what is proposed from now on. */
export function seatMember(p: Pool, member: Member, probation: number): void {
  demand(p.seats.size < MAX_SEATS, 'seats are taken');
  const taken = new Set([...p.seats.values()].map((seat) => seat.index));
  let index = 0;
  while (taken.has(index)) index++;
  p.seats.set(member.account, {
    account: member.account,
    index,
    since: windowNow(p.chain),
    until: 0,
    voting: true,
    signing: true,
    votes_from: p.state.next_proposal,
    probation_until: probation,
    proxy: '',
    key: member.key,
  });
  p.shares.set(member.account, { running: new Set(), closing: new Set() });
  member.status = 'active';
  member.index = index;
  p.state.changed_at = seconds(p.chain);
  refreshSigning(p);
  refreshOwner(p);
}

export function probationEnd(p: Pool): number {
  return after(p.chain, configOf(p).probation);
}
