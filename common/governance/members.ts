import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import { count, flag, hex, key, name, oneOf, only, readRows, text, time, units } from './columns.ts';

export const MEMBER_STATUS = ['applied', 'active', 'notice', 'suspended', 'left', 'expelled'] as const;
export type MemberStatus = (typeof MEMBER_STATUS)[number];

/** Table `members`: everybody who applied, is or was a member. Times in ms since 1970, 0 for never. */
const memberRow = z
  .object({
    ...{ account: name, payee: name, status: oneOf(MEMBER_STATUS), index: count, key, leaving: flag, keyless: flag },
    ...{ location: count, terms: count, joined: time, until: time, rotated: time, respond_by: time },
    ...{ challenge_rest: time, proposals: count, cases: count, bond: units, url: text, owners: text },
    ...{ proof_terms: count, proof: hex },
  })
  .transform((row) => ({
    ...{ account: row.account, payee: row.payee, status: row.status, index: row.index, key: row.key },
    ...{ leaving: row.leaving, keyless: row.keyless, location: row.location, terms: row.terms, joined: row.joined },
    ...{ until: row.until, rotated: row.rotated, respondBy: row.respond_by, challengeRest: row.challenge_rest },
    ...{ proposals: row.proposals, cases: row.cases, bond: row.bond, url: row.url, owners: row.owners },
    ...{ proofTerms: row.proof_terms, proof: row.proof },
  }));

/** Table `seats`: one row a member with a bit of the bitmap. `since`, `until`: windows, `until` 0 while it takes part. */
const seatRow = z
  .object({
    ...{ account: name, index: count, since: count, until: count, shares: count, closing: count },
    ...{ voting: flag, signing: flag, votes_from: count, probation_until: time, proxy: name, key },
  })
  .transform((row) => ({
    ...{ account: row.account, index: row.index, since: row.since, until: row.until, shares: row.shares },
    ...{ closing: row.closing, voting: row.voting, signing: row.signing, votesFrom: row.votes_from },
    ...{ probationUntil: row.probation_until, proxy: row.proxy, key: row.key },
  }));

const founderRow = z.object({ account: name });

export type Member = z.output<typeof memberRow>;
export type Seat = z.output<typeof seatRow>;

export function readMembers(client: ChainClient, dac: string): Promise<Member[]> {
  return readRows(client, dac, 'members', memberRow);
}

/** Null for an account that never applied, or is forgotten. */
export async function readMember(client: ChainClient, dac: string, account: string): Promise<Member | null> {
  const [row] = await readRows(client, dac, 'members', memberRow, only(account));
  return row ?? null;
}

export function readSeats(client: ChainClient, dac: string): Promise<Seat[]> {
  return readRows(client, dac, 'seats', seatRow);
}

/** Accounts of founders that have not joined yet. */
export async function readFounders(client: ChainClient, dac: string): Promise<string[]> {
  return (await readRows(client, dac, 'founders', founderRow)).map(({ account }) => account);
}

/** Whether it is a member now: with all rights, on notice or suspended. */
export function isMember({ status }: Member): boolean {
  return status === 'active' || status === 'notice' || status === 'suspended';
}
