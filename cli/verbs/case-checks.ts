import { PoolError } from '../../common/errors.ts';
import { type Case, type CaseStep, caseSteps, readCase } from '../../common/governance/cases.ts';
import { listText, timeText } from '../../common/governance/words.ts';
import { refuse } from './checks.ts';
import type { PoolNow } from './pool-client.ts';

/** Throws PoolError `no_case` for one that is not there. */
export async function needCase({ client, facts }: PoolNow, id: number): Promise<Case> {
  const found = await readCase(client, facts.dac, id);
  if (found) return found;
  throw new PoolError('no_case', `there is no case ${id} in ${facts.dac}: ./pool case list shows those that are`);
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
