import { after, reached, seconds, windowNow } from './chain.ts';
import { isGone, memberOf } from './counts.ts';
import { endKey, isProven, requireProof, takeKey } from './keys.ts';
import { endMembership } from './members.ts';
import { demand } from './refusal.ts';
import { refreshOwner, refreshSigning, requireNotLast, requireThree, requireVoter, seatOf } from './seats.ts';
import { configOf, requireOpen, requireRunning } from './setup.ts';
import type { Member, Pool } from './state.ts';

const CHALLENGE_RESTS = 4;
const MAX_SUSPENSION = 90n * 86_400n;

export function isMember(member: Member | undefined): member is Member {
  return member !== undefined && ['active', 'notice', 'suspended'].includes(member.status);
}

export function requireMember(p: Pool, account: string): Member {
  const member = memberOf(p, account);
  demand(isMember(member), 'is no member of the pool');
  return member;
}

function isInService(member: Member): boolean {
  return member.status === 'active' || member.status === 'notice';
}

/** A suspension without end would be an expulsion with fewer votes. */
export function requireSuspension(forSeconds: bigint): void {
  demand(forSeconds <= MAX_SUSPENSION, 'is too long');
}

/** The other one of two members is not the judge of the first, whoever is on probation beside them. */
function requireSeveral(electors: number): void {
  demand(electors >= 2, 'one alone puts nobody out');
}

export function suspendByVote(p: Pool, account: string, forSeconds: bigint, electors: number): void {
  requireThree(p);
  requireSeveral(electors);
  suspend(p, account, forSeconds);
}

export function suspend(p: Pool, account: string, forSeconds: bigint): void {
  const member = requireMember(p, account);
  requireNotLast(p, account);
  const seat = seatOf(p, account);
  if (seat.until === 0) seat.until = windowNow(p.chain);
  seat.voting = false;
  seat.signing = false;
  if (member.status === 'notice') member.leaving = true;
  member.status = 'suspended';
  member.until = after(p.chain, forSeconds);
  member.respond_by = 0;
  refreshSigning(p);
  refreshOwner(p);
}

export function resume(p: Pool, account: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(member.status === 'suspended', 'is not suspended');
  demand(reached(p.chain, member.until), 'is suspended for');
  demand(member.terms === config.terms_version, 'it has to agree to version');
  reinstate(p, member);
}

/** It votes on what is proposed from now on; who had given notice before has left by now. */
function reinstate(p: Pool, member: Member): void {
  if (member.leaving) return endMembership(p, member, 'left');
  member.status = 'active';
  const seat = seatOf(p, member.account);
  seat.until = 0;
  seat.voting = true;
  seat.signing = !member.keyless;
  seat.votes_from = p.state.next_proposal;
  if (seat.signing) refreshSigning(p);
  refreshOwner(p);
}

export function expel(p: Pool, account: string): void {
  const member = requireMember(p, account);
  requireThree(p);
  requireNotLast(p, account);
  endMembership(p, member, 'expelled');
}

export function expelByVote(p: Pool, account: string, electors: number): void {
  requireSeveral(electors);
  expel(p, account);
}

export function challenge(p: Pool, challenger: string, account: string): void {
  const config = requireRunning(p);
  requireOpen(p);
  requireVoter(p, challenger);
  const member = memberOf(p, account);
  demand(challenger !== account, 'cannot challenge itself');
  demand(isInService(member), 'only those can be challenged');
  demand(member.respond_by === 0, 'is challenged already');
  demand(reached(p.chain, member.challenge_rest), 'responded to a challenge lately');
  member.respond_by = after(p.chain, config.challenge);
}

export function respond(p: Pool, account: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(member.respond_by !== 0, 'is not challenged');
  member.respond_by = 0;
  member.challenge_rest = after(p.chain, config.challenge * CHALLENGE_RESTS);
}

export function oust(p: Pool, account: string): void {
  requireRunning(p);
  const member = memberOf(p, account);
  demand(member.respond_by !== 0, 'is not challenged');
  demand(reached(p.chain, member.respond_by), 'more seconds to respond');
  requireNotLast(p, account);
  endMembership(p, member, 'left');
}

export function enactTerms(p: Pool, hash: string): void {
  requireOpen(p);
  const config = configOf(p);
  demand(hash !== config.terms, 'are in force already');
  config.terms = hash;
  config.terms_version += 1;
  config.terms_grace = after(p.chain, config.grace);
  p.terms.set(config.terms_version, { hash, since: seconds(p.chain), grace_until: config.terms_grace });
}

export function agree(p: Pool, account: string, terms: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(!isGone(member), 'it agrees when it joins again');
  demand(terms === config.terms, "are not the pool's: agree to");
  demand(member.terms !== config.terms_version, 'has agreed to version');
  member.terms = config.terms_version;
  if (member.status === 'suspended' && reached(p.chain, member.until)) reinstate(p, member);
}

export function lapse(p: Pool, account: string): void {
  const config = requireRunning(p);
  const member = memberOf(p, account);
  demand(isInService(member), 'only those can lapse');
  demand(member.terms !== config.terms_version, 'the newest');
  demand(reached(p.chain, config.terms_grace), 'more seconds to agree to version');
  suspend(p, account, 0n);
}

export function setKey(p: Pool, account: string, key: string, proof: string): void {
  const config = configOf(p);
  const member = memberOf(p, account);
  demand(!isGone(member), 'it has no signing key to change');
  if (!member.keyless && isProven(member)) demand(member.key !== key, 'signing key already');
  endKey(p, member);
  const rested = member.status === 'applied' || reached(p.chain, member.rotated + config.changegap);
  demand(rested, 'changed its key less than');
  requireProof(p, account, key, proof);
  takeKey(p, account, key);
  Object.assign(member, { key, keyless: false, rotated: seconds(p.chain), proof: '', proof_terms: 0 });
  if (member.status === 'applied') return;
  const seat = seatOf(p, account);
  seat.key = key;
  seat.signing = isInService(member);
  if (seat.signing) refreshSigning(p);
}

export function dropKey(p: Pool, account: string): void {
  configOf(p);
  const member = memberOf(p, account);
  demand(isMember(member), 'has no key in the signing authority');
  demand(!member.keyless, 'has dropped its key already');
  endKey(p, member);
  member.keyless = true;
  const seat = seatOf(p, account);
  const { signing } = seat;
  seat.signing = false;
  if (signing) refreshSigning(p);
}
