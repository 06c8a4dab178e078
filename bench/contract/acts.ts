import { createHash } from 'node:crypto';
import { type Action, action } from '../../common/chain.ts';
import type { BenchPool } from './pool.ts';

/** A member by turns. */
export function member(pool: BenchPool, sample: number): string {
  return pool.members[sample % pool.members.length] as string;
}

/** The last member: who is suspended or expelled, so that the others stay electors. */
export function lastMember(pool: BenchPool): string {
  return pool.members.at(-1) as string;
}

export function applicant(pool: BenchPool, sample: number): string {
  return pool.people.applicants[sample] as string;
}

/** What an account does about itself. */
export function byOneself(pool: BenchPool, name: string, account: string, data: Record<string, unknown> = {}): Action {
  return action(pool.dac, name, { account, ...data }, account);
}

/** What anybody may ask for is asked for by the account that sends the transfers. */
export function byAnybody(pool: BenchPool, name: string, data: Record<string, unknown> = {}): Action {
  return action(pool.dac, name, data, pool.people.payer);
}

/** sha256 that stands for a text: of a reply, a reason, a constitution. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
