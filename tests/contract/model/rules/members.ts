import { after, endOf, reached, seconds, windowNow } from './chain.ts';
import { casesAgainst, casesOf, isGone, memberOf, unfinishedOf } from './counts.ts';
import { holdFor } from './deposits.ts';
import { endKey, isProven, requireFiling, requireOwnKey, requireProof, takeKey } from './keys.ts';
import { demand, refuse } from './refusal.ts';
import { probationEnd, refreshOwner, refreshSigning, requireNotLast, seatMember, seatOf } from './seats.ts';
import { configOf, DISSOLVED, FOUNDING, requireOpen, requirePayee, requireRunning, requireText } from './setup.ts';
import type { Member, Pool, Seat } from './state.ts';
import { holdSeconds } from './windows.ts';

export interface Join {
  account: string;
  key: string;
  terms: string;
  proof: string;
  payee: string;
  url: string;
  location: number;
  owners: string;
}

export function join(p: Pool, d: Join): void {
  const config = requireRunning(p);
  requireOpen(p);
  const known = p.members.get(d.account);
  if (known) {
    demand(known.status !== 'expelled', 'was expelled: it cannot join again');
    demand(known.status === 'left', 'has joined already');
    demand(reached(p.chain, known.until), 'and can join again in');
    demand(!p.seats.has(d.account), 'its windows can still be reported');
  }
  demand(d.account !== p.self && d.account !== config.producer, 'is the pool itself and cannot be a member');
  if (config.phase === FOUNDING) demand(p.founders.delete(d.account), 'is no founder');
  demand(d.terms === config.terms, "are not the pool's: agree to");
  requireText(d.url);
  requireText(d.owners);
  requirePayee(p, d.payee);
  const atOnce = config.phase === FOUNDING || config.open;
  if (atOnce) {
    requireProof(p, d.account, d.key, d.proof);
    takeKey(p, d.account, d.key);
  } else requireFiling(p, d.account, d.key);
  if (config.bond > 0n) holdFor(p, d.account, config.bond, 'the bond is');
  const member: Member = {
    account: d.account,
    status: 'applied',
    index: 255,
    key: d.key,
    leaving: false,
    keyless: false,
    payee: d.payee,
    location: d.location,
    terms: config.terms_version,
    joined: seconds(p.chain),
    until: 0,
    rotated: 0,
    respond_by: 0,
    challenge_rest: known?.challenge_rest ?? 0,
    bond: config.bond + (known?.bond ?? 0n),
    url: d.url,
    owners: d.owners,
    proof: atOnce ? '' : d.proof,
    proof_terms: atOnce ? 0 : config.terms_version,
  };
  p.members.set(d.account, member);
  if (config.phase === FOUNDING) seatMember(p, member, 0);
  else if (config.open) admitNow(p, member);
}

/** Each admission means a new schedule for the whole chain, so they are kept apart. */
function admitNow(p: Pool, member: Member): void {
  demand(reached(p.chain, p.state.changed_at + configOf(p).changegap), 'the last admission was less than');
  seatMember(p, member, probationEnd(p));
}

export function requireApplicant(p: Pool, account: string): Member {
  const member = memberOf(p, account);
  demand(!isGone(member), 'it has to join again first');
  demand(member.status === 'applied', 'is a member already');
  demand(member.terms === configOf(p).terms_version, 'it has to agree to version');
  requireOwnKey(p, member);
  return member;
}

export function admit(p: Pool, account: string): void {
  requireOpen(p);
  const member = requireApplicant(p, account);
  if (!isProven(member)) takeKey(p, account, member.key);
  Object.assign(member, { proof: '', proof_terms: 0 });
  admitNow(p, member);
}

export function leave(p: Pool, account: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(!isGone(member), 'is no member any more');
  demand(member.status !== 'notice', 'has given notice already');
  if (member.status === 'applied') {
    endKey(p, member);
    Object.assign(member, { status: 'left', until: seconds(p.chain), proof: '', proof_terms: 0 });
    return;
  }
  if (config.phase !== DISSOLVED) requireNotLast(p, account);
  if (member.status === 'suspended' || config.notice === 0) return endMembership(p, member, 'left');
  member.status = 'notice';
  member.until = after(p.chain, config.notice);
  seatOf(p, account).voting = false;
  refreshOwner(p);
}

export function depart(p: Pool, account: string): void {
  configOf(p);
  const member = memberOf(p, account);
  demand(member.status === 'notice', 'has not given notice');
  demand(reached(p.chain, member.until), 'depart after that');
  endMembership(p, member, 'left');
}

/** Out of the signing authority at once; pay stays its own, the bond is kept for a notice, or a suspension's rest. */
export function endMembership(p: Pool, member: Member, status: 'left' | 'expelled'): void {
  endKey(p, member);
  const kept = after(p.chain, configOf(p).notice);
  member.until = member.status === 'suspended' ? Math.max(member.until, kept) : kept;
  member.status = status;
  member.respond_by = 0;
  const seat = seatOf(p, member.account);
  const { signing, voting } = seat;
  if (seat.until === 0) seat.until = windowNow(p.chain);
  seat.voting = false;
  seat.signing = false;
  if (signing) refreshSigning(p);
  if (voting) refreshOwner(p);
}

/** Nothing can be credited to this leaver's seat any more. */
export function isSpent(p: Pool, seat: Seat): boolean {
  if (seat.until === 0 || !isGone(memberOf(p, seat.account))) return false;
  const shares = p.shares.get(seat.account);
  if (shares && shares.running.size + shares.closing.size > 0) return false;
  return seat.until <= p.state.closed_through || reached(p.chain, endOf(seat.until) + holdSeconds(configOf(p)));
}

export function freeSpentSeats(p: Pool): number {
  const spent = [...p.seats.values()].filter((seat) => isSpent(p, seat));
  for (const seat of spent) {
    p.seats.delete(seat.account);
    p.shares.delete(seat.account);
  }
  return spent.length;
}

export function forget(p: Pool, account: string): void {
  const member = memberOf(p, account);
  demand(member.status === 'left', 'is forgotten');
  demand(!p.seats.has(account), 'still has its seat');
  demand(member.bond === 0n, 'has a bond here');
  demand(casesAgainst(p, account) === 0, 'they have to end first');
  demand(unfinishedOf(p, account) === 0, 'tally, execute or expire them first');
  for (const credits of p.credits.values()) {
    if ((credits.get(account)?.owed ?? 0n) > 0n) refuse('is owed something in token');
    credits.delete(account);
  }
  p.members.delete(account);
  if (p.deposits.get(account) === 0n && casesOf(p, account) === 0) p.deposits.delete(account);
}

/** What a member says of itself may change at any time. */
export function setInfo(p: Pool, account: string, url: string, location: number, owners: string): void {
  const member = memberOf(p, account);
  requireText(url);
  requireText(owners);
  Object.assign(member, { url, location, owners });
}

export function setPayee(p: Pool, account: string, payee: string): void {
  configOf(p);
  const member = memberOf(p, account);
  requirePayee(p, payee);
  member.payee = payee;
}
