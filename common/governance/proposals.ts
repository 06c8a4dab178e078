import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import type { Bounds } from '../tables.ts';
import { amount, count, flag, hash, hex, key, name, oneOf, only, readRows, text, time, units } from './columns.ts';

export const PROPOSAL_STATUS = ['voting', 'passed', 'executed', 'rejected', 'expired', 'cancelled'] as const;
export type ProposalStatus = (typeof PROPOSAL_STATUS)[number];

/** Kinds of proposals: the action is "prop" and the kind; an appeal comes by `appeal`. Source: contracts/pool/execute.ts. */
export const KINDS = [
  ...([
    'admit',
    'expel',
    'suspend',
    'terms',
    'config',
    'url',
    'register',
    'strategy',
    'claim',
    'role',
    'order',
  ] as const),
  ...([
    'end',
    'spend',
    'accept',
    'token',
    'foreign',
    'msig',
    'settle',
    'void',
    'unpause',
    'dissolve',
    'appeal',
  ] as const),
] as const;
export type Kind = (typeof KINDS)[number];

/** Table `proposals`. Times in ms since 1970, 0 for never; which of the columns from `subject` on a kind uses: docs/contract.md. */
const proposalRow = z
  .object({
    ...{ id: count, kind: name, proposer: name, status: oneOf(PROPOSAL_STATUS), two_thirds: flag, counted: flag },
    ...{ created: time, ends: time, unlock: time, done: time, yes: count, no: count, electors: count },
    ...{ respondent: name, other: name, hash, subject: name, target: name, token: name, value: units, option: units },
    ...{ amount, key, digest: hash, data: hex, detail: text, text },
  })
  .transform((row) => ({
    ...{ id: row.id, kind: row.kind, proposer: row.proposer, status: row.status, twoThirds: row.two_thirds },
    ...{ created: row.created, ends: row.ends, unlock: row.unlock, done: row.done },
    ...{ yes: row.yes, no: row.no, electors: row.electors, respondent: row.respondent, other: row.other },
    ...{ hash: row.hash, subject: row.subject, target: row.target, token: row.token, value: row.value },
    ...{ option: row.option, amount: row.amount, key: row.key, digest: row.digest, data: row.data },
    ...{ detail: row.detail, text: row.text },
  }));

const voteRow = z.object({ voter: name, yes: flag });

export type Proposal = z.output<typeof proposalRow>;
export type Vote = z.output<typeof voteRow>;

/** In the order of their ids; those that ended more than a week ago are erased. */
export function readProposals(client: ChainClient, dac: string, bounds: Bounds = {}): Promise<Proposal[]> {
  return readRows(client, dac, 'proposals', proposalRow, bounds);
}

/** Null when it is erased, or never was. */
export async function readProposal(client: ChainClient, dac: string, id: number): Promise<Proposal | null> {
  const [row] = await readProposals(client, dac, only(id));
  return row ?? null;
}

/** Votes of a proposal that is not counted; the count erases them. */
export function readVotes(client: ChainClient, dac: string, id: number): Promise<Vote[]> {
  return readRows(client, dac, 'votes', voteRow, { scope: String(id) });
}
