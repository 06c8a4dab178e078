import { accountSteps } from './accounts.ts';
import { codeSteps } from './code.ts';
import { costOf, type Total } from './cost.ts';
import { foundingSteps } from './founding.ts';
import { wishes } from './members.ts';
import { oracleSteps } from './oracles.ts';
import { problems } from './problems.ts';
import { registrySteps } from './registry.ts';
import type { Given, Step } from './step.ts';
import { upgradeSteps } from './upgrade.ts';
import { voteSteps } from './vote.ts';

export interface Plan {
  /** All differences, in the order in which they are removed. */
  steps: Step[];
  total: Total;
  /** What no step can mend, or what would make one fail; one sentence each. Nothing is pushed while there is one. */
  problems: string[];
  /** What people should know; one sentence each. */
  warnings: string[];
}

/** Compares what a pool is with what it shall be. Reads nothing and changes nothing. */
export async function makePlan(given: Given): Promise<Plan> {
  const prepared = [...accountSteps(given), ...codeSteps(given), ...oracleSteps(given)];
  const founding = foundingSteps(given);
  const [last] = founding.slice(-1);
  const guarded = [given.deployment.dac.account, given.deployment.producer.account];
  // Nobody takes a pool over in whose accounts others have a foot.
  if (last?.id === 'handover')
    last.needs.push(...prepared.filter((step) => isAbout(step, guarded)).map(({ id }) => id));
  const voted = [...registrySteps(given), ...(await upgradeSteps(given)), ...voteSteps(given, [...wishes(given)])];
  const steps = [...prepared, ...founding, ...voted];
  const total = costOf(steps, given.state.ram);
  return { steps, total, ...problems(given, total) };
}

function isAbout({ id }: Step, accounts: string[]): boolean {
  return accounts.some((account) => id.split(':')[1]?.split('@')[0] === account);
}

/** Steps that can be pushed as things stand, whoever signs: nothing of this plan comes before them. */
export function ready({ steps }: Plan): Step[] {
  const open = new Set(steps.map(({ id }) => id));
  return steps.filter(
    ({ actions, waits, needs }) => actions.length > 0 && waits === undefined && !needs.some((id) => open.has(id)),
  );
}
