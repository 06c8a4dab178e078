import { demandRow } from './refusal.ts';
import type { Member, Pool } from './state.ts';

export function memberOf(p: Pool, account: string): Member {
  return demandRow(p.members.get(account), 'is not a member: it would have to join first');
}

export function isGone(member: Member): boolean {
  return member.status === 'left' || member.status === 'expelled';
}

// Columns that count what other tables hold.

export function unfinishedOf(p: Pool, account: string): number {
  return [...p.proposals.values()].filter(
    (row) => row.counted && row.proposer === account && (row.status === 'voting' || row.status === 'passed'),
  ).length;
}

export function casesAgainst(p: Pool, account: string): number {
  return [...p.cases.values()].filter((row) => row.counted && row.respondent === account && row.status !== 'done')
    .length;
}

export function casesOf(p: Pool, account: string): number {
  return [...p.cases.values()].filter((row) => row.claimant === account && row.status !== 'done').length;
}
