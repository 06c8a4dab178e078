import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import { count, flag, hash, name, oneOf, only, readRows, time, units } from './columns.ts';

export const CASE_STATUS = ['opened', 'answered', 'ruled', 'appealed', 'done'] as const;
/** What a ruling can do besides moving money. Source: contracts/pool/cases.ts, `requireAct`. */
export const ACTS = ['none', 'suspend', 'expel', 'void', 'release', 'giveback'] as const;

/** Table `cases`. `until`: of a ruling, then of an appeal, then when it was done (ms since 1970). Amounts in units of the core token. */
const caseRow = z
  .object({
    ...{ id: count, status: oneOf(CASE_STATUS), claimant: name, respondent: name, order: count, window: count },
    ...{ fee: units, opened: time, until: time, evidence: hash, reply: hash, reason: hash, counted: flag },
    ...{ appealed: count, overturned: flag, compensation: units, penalty: units, act: name, value: units },
    panel: z.array(name),
  })
  .transform(({ counted: _, ...row }) => row);

const rulingRow = z.object({
  arbitrator: name,
  compensation: units,
  penalty: units,
  act: name,
  value: units,
  reason: hash,
});

export type Case = z.output<typeof caseRow>;
export type Ruling = z.output<typeof rulingRow>;

/** In the order of their ids; those that ended more than a week ago may be erased. */
export function readCases(client: ChainClient, dac: string): Promise<Case[]> {
  return readRows(client, dac, 'cases', caseRow);
}

export async function readCase(client: ChainClient, dac: string, id: number): Promise<Case | null> {
  const [row] = await readRows(client, dac, 'cases', caseRow, only(id));
  return row ?? null;
}

/** What each arbitrator ruled; erased with the case's end. */
export function readRulings(client: ChainClient, dac: string, id: number): Promise<Ruling[]> {
  return readRows(client, dac, 'rulings', rulingRow, { scope: String(id) });
}

export interface CaseStep {
  action: 'answer' | 'rule' | 'recuse' | 'appeal' | 'enforce' | 'closecase';
  who: 'anyone' | 'respondent' | 'panel' | 'parties';
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** What the contract takes for a case now (`now`: chain time in ms since 1970). Source: contracts/pool/cases.ts, rulings.ts. */
export function caseSteps(of: Case, now: number): CaseStep[] {
  const { status, until, opened, appealed } = of;
  const closes: CaseStep = { action: 'closecase', who: 'anyone' };
  if (status === 'done') return now >= until + WEEK_MS ? [closes] : [];
  if (status === 'appealed') return [];
  if (status === 'ruled') {
    if (now >= until) return [{ action: 'enforce', who: 'anyone' }];
    return appealed === 0 ? [{ action: 'appeal', who: 'parties' }] : [];
  }
  if (now >= until) return [closes];
  const isHalf = now >= until - Math.floor((until - opened) / 2000) * 1000;
  const rules: CaseStep[] = status === 'answered' || isHalf ? [{ action: 'rule', who: 'panel' }] : [];
  return [{ action: 'answer', who: 'respondent' }, ...rules, { action: 'recuse', who: 'panel' }];
}
