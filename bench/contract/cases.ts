import { type Action, action } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';
import { NO_KEY } from '../../deploy/motions.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE } from '../../devnet/config.ts';
import { byOneself, digest, lastMember } from './acts.ts';
import { type BenchPool, decide, transfer } from './pool.ts';

/** What arbitrators rule; amounts in whole core tokens. */
export interface Verdict {
  act: string;
  compensation: number;
  penalty: number;
  /** Seconds of a suspension. */
  value: number;
}

/** How many an account may have open at once is 3: so two claimants share the cases of a sample. */
const DEPOSIT = 20;

/** Names three arbitrators, and gives the claimants what the cases' fees are taken from. */
export async function appointArbitrators(pool: BenchPool): Promise<void> {
  const { arbitrators, claimants } = pool.people;
  const named = (account: string) => ({ role: 'arbitrator', account, on: true, key: NO_KEY, endpoints: '' });
  await decide(
    pool,
    arbitrators.map((account) => ({ kind: 'role', data: named(account) })),
  );
  const deposits = claimants.flatMap((account) => [
    byOneself(pool, 'open', account),
    transfer(account, pool.dac, DEPOSIT, 'deposit'),
  ]);
  await pool.chain.push(deposits);
}

/** A case against the last member, about a window that `ids` knows or about none. */
export function opening(pool: BenchPool, claimant: number, window = 0): Action {
  const account = pool.people.claimants[claimant] as string;
  const about = { respondent: lastMember(pool), order: 0, window, evidence: digest('evidence') };
  return action(pool.dac, 'opencase', { claimant: account, ...about }, account);
}

/** Notes the newest case. */
export async function noteCase(pool: BenchPool, label: string): Promise<void> {
  const [state] = await readTable<{ next_case: Whole }>(pool.chain.client, pool.dac, pool.dac, 'state');
  pool.ids.set(label, Number(state?.next_case) - 1);
}

export function answering(pool: BenchPool, label: string): Action {
  const respondent = lastMember(pool);
  return action(pool.dac, 'answer', { respondent, id: pool.ids.get(label), reply: digest('reply') }, respondent);
}

export function ruling(pool: BenchPool, label: string, by: number, verdict: Verdict): Action {
  const arbitrator = pool.people.arbitrators[by] as string;
  const compensation = coreAmount(CORE, verdict.compensation);
  const penalty = coreAmount(CORE, verdict.penalty);
  const data = { ...verdict, compensation, penalty, reason: digest('reason') };
  return action(pool.dac, 'rule', { arbitrator, id: pool.ids.get(label), ...data }, arbitrator);
}

/** A case from its opening to the ruling of two of three arbitrators; not measured. */
export async function ruledCase(pool: BenchPool, label: string, claimant: number, verdict: Verdict): Promise<void> {
  await pool.chain.push([opening(pool, claimant)]);
  await noteCase(pool, label);
  const rulings = [0, 1].map((by) => ruling(pool, label, by, verdict));
  await pool.chain.push([answering(pool, label), ...rulings]);
}
