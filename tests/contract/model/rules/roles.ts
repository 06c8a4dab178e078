import { after, reached, requireAccount, seconds } from './chain.ts';
import { isK1, NO_KEY } from './keys.ts';
import { demand, demandRow } from './refusal.ts';
import { requireVoter, voters } from './seats.ts';
import { configOf, isPaused, requireNotDissolved, requireText } from './setup.ts';
import type { Pool, Stoppable } from './state.ts';
import { openReports, requireOracle } from './windows.ts';

const WEEK = 7 * 86_400;
const PAUSE_RESTS = 3;

export function requireRole(role: string): void {
  demand(['emitter', 'oracle', 'arbitrator'].includes(role), 'emitter, oracle and arbitrator are known');
}

function holderOf(p: Pool, role: string, account: string): Stoppable {
  if (role === 'oracle') return requireOracle(p, account);
  const rows: Map<string, Stoppable> = role === 'emitter' ? p.emitters : p.arbitrators;
  return demandRow(rows.get(account), `is not an ${role} of this pool`);
}

export function setRole(p: Pool, role: string, account: string, on: boolean, key: string, endpoints: string): void {
  requireRole(role);
  if (!on) return stopNow(p, role, account);
  requireAccount(p.chain, account);
  const fresh = { account, stopper: '', stopper_at: 0 };
  if (role === 'emitter') {
    requireText(endpoints);
    demand(isK1(key) && key !== NO_KEY, 'needs a key of type K1');
    demand(p.emitters.has(account) || p.emitters.size < 21, 'there are 21 emitters already');
    p.emitters.set(account, { ...fresh, key, endpoints });
  } else if (role === 'oracle') {
    const known = p.oracles.get(account);
    demand(!known?.active, 'is an oracle already');
    demand(known !== undefined || p.oracles.size < 21, 'there are 21 oracles already');
    p.oracles.set(account, { ...(known ?? fresh), stopper: '', active: true });
  } else {
    demand(!p.arbitrators.has(account), 'is an arbitrator already');
    demand(p.arbitrators.size < 9, 'there are 9 arbitrators already');
    p.arbitrators.set(account, fresh);
  }
}

/** An oracle stays in the table, without a say, while windows that it reported are open. */
function stopNow(p: Pool, role: string, account: string): void {
  holderOf(p, role, account);
  if (role === 'emitter') p.emitters.delete(account);
  else if (role === 'arbitrator') p.arbitrators.delete(account);
  else if (openReports(p, account) === 0) p.oracles.delete(account);
  else Object.assign(demandRow(p.oracles.get(account), ''), { active: false, stopper: '' });
}

/** Who can vote now; those on probation cannot. */
function canVote(p: Pool): string[] {
  return voters(p)
    .filter((seat) => reached(p.chain, seat.probation_until))
    .map((seat) => seat.account);
}

/** Whether another member asked for the same within a week and still has a vote; who is alone needs no second. */
function isSecond(p: Pool, member: string, first: string, askedAt: number): boolean {
  if (canVote(p).length < 2) return true;
  if (first === '' || reached(p.chain, askedAt + WEEK)) return false;
  demand(first !== member, 'has asked for this already');
  return canVote(p).includes(first);
}

export function stop(p: Pool, member: string, role: string, account: string): void {
  configOf(p);
  requireVoter(p, member);
  requireRole(role);
  const row = holderOf(p, role, account);
  if (isSecond(p, member, row.stopper, row.stopper_at)) return stopNow(p, role, account);
  row.stopper = member;
  row.stopper_at = seconds(p.chain);
}

export function pause(p: Pool, member: string): void {
  const config = configOf(p);
  requireNotDissolved(p);
  requireVoter(p, member);
  demand(!isPaused(p), 'the pool is paused already');
  const rested = config.paused_until === 0 || reached(p.chain, config.paused_until + config.pausetime * PAUSE_RESTS);
  demand(rested, 'the pool was paused lately');
  if (isSecond(p, member, p.state.pauser, p.state.pauser_at)) {
    p.state.pauser = '';
    config.paused_at = seconds(p.chain);
    config.paused_until = after(p.chain, config.pausetime);
    return;
  }
  p.state.pauser = member;
  p.state.pauser_at = seconds(p.chain);
}

export function endPause(p: Pool): void {
  demand(isPaused(p), 'the pool is not paused');
  configOf(p).paused_until = seconds(p.chain);
}
