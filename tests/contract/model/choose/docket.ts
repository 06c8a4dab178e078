import { digestOf } from '../drive/crew.ts';
import type { Chance } from './chance.ts';

/** An action and its arguments. */
export type Ask = [action: string, args: Record<string, unknown>];

export const EVIDENCE = ['a', 'b'].map(digestOf);
const WEEK = 7 * 86_400;

/** What the panel rules in this case: the same for all of its members, so that they agree more often than not. */
export function ruling(c: Chance, id: number, odd = false): Record<string, unknown> {
  const row = c.pool.cases.get(id);
  const seed = odd ? c.below(60) : id + (row?.opened ?? 0);
  const acts = ['none', 'suspend', 'expel'];
  if ((row?.order ?? 0) > 0 || odd) acts.push('release', 'giveback');
  if ((row?.window ?? 0) > 0 || odd) acts.push('void', 'void');
  const symbol = '4,EOS';
  const compensation = { units: [0n, 40n, 300n][seed % 3] as bigint, symbol };
  const penalty = { units: [0n, 25n][seed % 2] as bigint, symbol };
  return { compensation, penalty, act: acts[seed % acts.length], value: BigInt((seed * 20) % 70), reason: EVIDENCE[0] };
}

/** What waits to be done in the cases. */
export function caseSteps(c: Chance): Ask[] {
  const { pool, now } = c;
  return [...pool.cases.values()].flatMap((row): Ask[] => {
    const { id, status, respondent, claimant, panel, rulings, until } = row;
    if (status === 'done') return until + WEEK <= now ? [['closecase', { id }]] : [];
    if (status === 'appealed') return [];
    if (status === 'ruled' && until > now) {
      return row.appealed === 0 && c.is(0.5) ? [['appeal', { party: c.of([respondent, claimant]), id, text: '' }]] : [];
    }
    if (status === 'ruled') return [['enforce', { id }]];
    if (until <= now) return [['closecase', { id }]];
    if (status === 'opened' && c.is(0.6)) return [['answer', { respondent, id, reply: EVIDENCE[1] }]];
    const silent = panel.filter((name) => !rulings.has(name));
    return silent.map((arbitrator): Ask => ['rule', { arbitrator, id, ...ruling(c, id) }]);
  });
}
