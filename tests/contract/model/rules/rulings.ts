import { core, creditTo } from './books.ts';
import { caseOf, endWithRuling } from './cases.ts';
import { reached, seconds } from './chain.ts';
import { demand } from './refusal.ts';
import { isLastVoter, voters } from './seats.ts';
import { requireNotDissolved, requireRunning } from './setup.ts';
import { expel, isMember, suspend } from './standing.ts';
import type { Case, Pool } from './state.ts';
import { closeEscrow, takeUpTo } from './treasury.ts';
import { voidWindow } from './verdicts.ts';

/** Does what was ruled and stands; what has become impossible meanwhile is left out. */
export function enforce(p: Pool, id: number): void {
  requireRunning(p);
  requireNotDissolved(p);
  const row = caseOf(p, id);
  demand(row.status === 'ruled', 'has no ruling that could be enforced now');
  demand(reached(p.chain, row.until), 'can be appealed against for');
  endWithRuling(p, row);
  if (row.overturned) return;
  compensate(p, row);
  core(p).infrastructure += takeFrom(p, row.respondent, row.penalty);
  act(p, row);
}

/** From the respondent's bond, then from what it is owed; never more than there is. */
function takeFrom(p: Pool, respondent: string, units: bigint): bigint {
  const least = (a: bigint, b: bigint) => (a < b ? a : b);
  const member = p.members.get(respondent);
  const fromBond = least(units, member?.bond ?? 0n);
  if (member) member.bond -= fromBond;
  const credit = p.credits.get(0)?.get(respondent);
  const fromPay = least(units - fromBond, credit?.owed ?? 0n);
  if (credit) {
    credit.owed -= fromPay;
    credit.paid += fromPay;
    core(p).paid_total += fromPay;
  }
  return fromBond + fromPay;
}

/** What the respondent cannot pay comes from the treasury, within the month's limit. */
function compensate(p: Pool, row: Case): void {
  if (row.compensation === 0n) return;
  const taken = takeFrom(p, row.respondent, row.compensation);
  creditTo(p, core(p), row.claimant, taken + takeUpTo(p, row.compensation - taken));
}

function act(p: Pool, row: Case): void {
  const member = p.members.get(row.respondent);
  const canGo = isMember(member) && !isLastVoter(p, row.respondent);
  const order = p.orders.get(row.order);
  const longer = member?.status === 'suspended' && member.until - seconds(p.chain) > row.value;
  if (row.act === 'suspend' && canGo && !longer) suspend(p, row.respondent, row.value);
  if (row.act === 'expel' && canGo && voters(p).length >= 3) expel(p, row.respondent);
  const decidable = row.window > p.state.closed_through && !p.windows.get(row.window)?.voided;
  if (row.act === 'void' && decidable) voidWindow(p, row.window);
  if ((row.act === 'release' || row.act === 'giveback') && order?.escrow)
    closeEscrow(p, order, row.act === 'release' ? 'credit' : 'return');
}
