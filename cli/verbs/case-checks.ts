import { amountText } from '../../common/amount.ts';
import { PoolError } from '../../common/errors.ts';
import { type Case, type CaseStep, caseSteps, readCase } from '../../common/governance/cases.ts';
import { readDeposits } from '../../common/governance/treasury.ts';
import { listText, timeText } from '../../common/governance/words.ts';
import { refuse } from './checks.ts';
import type { PoolNow } from './pool-client.ts';

/** Throws PoolError `no_case` for one that is not there. */
export async function needCase({ client, facts }: PoolNow, id: number): Promise<Case> {
  const found = await readCase(client, facts.dac, id);
  if (found) return found;
  throw new PoolError('no_case', `there is no case ${id} in ${facts.dac}: ./pool case list shows those that are`);
}

/** Cases of one claimant that are not finished. Source: contracts/pool/cases.ts, `MAX_CASES`. */
const MOST_CASES = 3;

/** Refuses what the contract would refuse of a new case. Source: contracts/pool/cases.ts, `open`, `panelFor`, `bindOrder`. */
export async function requireOpening(
  { client, facts }: PoolNow,
  { claimant, respondent, order }: { claimant: string; respondent: string; order: number },
): Promise<void> {
  const { config, seats, orders, roles, symbol, dac, now } = facts;
  if (config.phase !== 'live') throw refuse(`the pool is ${config.phase}: cases are opened in a live one only`);
  if (claimant === respondent) throw refuse(`${claimant} cannot open a case against itself`);
  if (respondent === dac || respondent === config.producer)
    throw refuse(`${respondent} is the pool itself: propose to the members instead`);
  const isMember = seats.some(({ account, until }) => account === claimant && until === 0);
  const about = orders.find(({ id }) => id === order);
  if (order !== 0) {
    if (!about) throw refuse(`there is no order ${order}: ./pool books lists them`);
    if (!about.escrow) throw refuse(`order ${order} is a monthly one and has no escrow: leave --order out`);
    if (about.inCase !== 0) throw refuse(`order ${order} is before the arbitrators in case ${about.inCase} already`);
    if (about.due <= now) throw refuse(`the time of order ${order} is over: ./pool refund ${order} gives it back`);
    if (claimant !== about.payee && !(isMember && respondent === about.payee))
      throw refuse(`order ${order} is for ${about.payee}: its payee, or a member against its payee, can bring it here`);
  }
  const fee = config.figures.casefee;
  if (fee === 0n && !isMember && about?.payee !== claimant)
    throw refuse(`${claimant} is no member of ${dac}: while a case costs nothing only members open one`);
  const deposit = (await readDeposits(client, dac)).find(({ account }) => account === claimant);
  if (!deposit) throw refuse(`${claimant} has no deposit: ./pool deposit open makes it`);
  if (deposit.cases >= MOST_CASES)
    throw refuse(`${claimant} has ${deposit.cases} cases that are not finished: ${MOST_CASES} are the most`);
  if (deposit.free < fee) {
    const [has, costs] = [deposit.free, fee].map((units) => amountText(units, symbol));
    throw refuse(`a case costs ${costs}, and ${claimant} has ${has} free: ./pool deposit add puts something in`);
  }
  const panel = roles.filter(
    ({ role, account }) => role === 'arbitrator' && account !== claimant && account !== respondent,
  );
  if (panel.length === 0)
    throw refuse('no arbitrator is named who is no party to the case: ./pool propose role arbitrator names one');
}

/** Whether this can be pushed for a case now, and by this account. Source: contracts/pool/cases.ts. */
export function requireCaseTurn(of: Case, now: PoolNow, action: CaseStep['action'], actor: string): void {
  const steps = caseSteps(of, now.facts.now);
  const step = steps.find((one) => one.action === action);
  if (!step) {
    const can = steps.map((one) => one.action).join(', ') || 'nothing';
    throw refuse(`case ${of.id} is ${of.status} (${timeOf(of)}): what can be pushed for it now is ${can}`);
  }
  const { claimant, respondent, panel } = of;
  const who = { anyone: null, respondent: [respondent], parties: [claimant, respondent], panel }[step.who];
  if (who && !who.includes(actor)) throw refuse(`${actor} cannot do this in case ${of.id}: ${listText(who)} can`);
}

export function requireCaseStep(action: CaseStep['action']) {
  return async ({ id }: Record<string, unknown>, now: PoolNow, actor: string): Promise<string[]> => {
    requireCaseTurn(await needCase(now, Number(id)), now, action, actor);
    return [];
  };
}

function timeOf({ status, until }: Case): string {
  const what = {
    opened: 'a ruling until',
    answered: 'a ruling until',
    ruled: 'an appeal until',
    appealed: 'before the members since',
    done: 'since',
  };
  return `${what[status]} ${timeText(until)}`;
}
