import { amountText } from '../../../common/amount.ts';
import type { ChainClient } from '../../../common/chain.ts';
import { type Case, caseSteps, readCases, readRulings } from '../../../common/governance/cases.ts';
import { type Changes, changesOf } from '../../../common/governance/changes.ts';
import { type Facts, readDetails } from '../../../common/governance/facts.ts';
import type { Member } from '../../../common/governance/members.ts';
import { FIGURES, readTerms } from '../../../common/governance/pool.ts';
import { type Proposal, readProposals, readVotes } from '../../../common/governance/proposals.ts';
import { stageOf } from '../../../common/governance/stage.ts';
import { tallyOf } from '../../../common/governance/tally.ts';
import { readBalance } from '../../../common/governance/treasury.ts';
import { figureText } from '../../../common/governance/words.ts';
import type { Age, PoolAnswer, PoolBooks, PoolCase, PoolMember, PoolProposal } from '../../api.ts';
import { withoutAddresses } from '../http/hide.ts';
import { compareTerms } from './terms.ts';

/** At most so many proposals and cases are looked at whole: newest first, and a node is not asked without end. */
const MOST = 100;

export interface GovernanceParts {
  client: ChainClient;
  pool: string;
  dac: string;
  termsFile: string | undefined;
  isPublic: boolean;
  /** What stands on the chain, shared with others that need it. */
  facts(): Promise<Facts>;
}

/** All that members decide, from the chain as it is now. Throws PoolError `no_pool`, `chain` or `chain_unreachable`. */
export async function readGovernance(parts: GovernanceParts): Promise<Omit<PoolAnswer, keyof Age>> {
  const { client, dac, pool, termsFile, isPublic } = parts;
  const facts = await parts.facts();
  const { config, strategy, symbol, now } = facts;
  const [terms, proposals, cases] = await Promise.all([
    readTerms(client, dac),
    readProposals(client, dac),
    readCases(client, dac),
  ]);
  const balances = await Promise.all(facts.books.map((book) => readBalance(client, dac, book)));
  return {
    ...{ pool, dac, chainId: config.chainId, phase: config.phase, registered: config.registered, now },
    pausedUntil: config.pausedUntil > now ? config.pausedUntil : null,
    constitution: {
      ...{ version: config.termsVersion, hash: config.terms },
      graceUntil: config.termsGrace > now ? config.termsGrace : null,
      ...(await compareTerms(termsFile, config.terms)),
      history: terms.map(({ version, hash, since }) => ({ version, hash, since })),
    },
    strategy,
    figures: FIGURES.map((name) => ({ name, value: figureText(name, config.figures[name], symbol) })),
    members: facts.members.map((member) => memberOf(member, facts, isPublic)),
    roles: facts.roles.map(({ role, account, active, key, endpoints, stopper }) => {
      return { role, account, active, key, endpoints: isPublic ? null : endpoints, stopper: stopper || null };
    }),
    proposals: await Promise.all(newest(proposals).map((proposal) => proposalOf(client, facts, proposal, isPublic))),
    cases: await Promise.all(newest(cases).map((one) => caseOf(client, facts, one))),
    orders: facts.orders.map((order) => ({ ...order, amount: amountText(order.amount, symbol) })),
    books: balances.map(({ book, held }) => booksOf(book, held)),
  };
}

function newest<T extends { id: number }>(list: T[]): T[] {
  return [...list].sort((a, b) => b.id - a.id).slice(0, MOST);
}

function memberOf(member: Member, { config, seats, now, symbol }: Facts, isPublic: boolean): PoolMember {
  const seat = seats.find(({ account, until }) => account === member.account && until === 0);
  return {
    ...{ account: member.account, status: member.status, payee: member.payee, location: member.location },
    ...{ url: isPublic ? null : member.url, key: member.key, owners: member.owners },
    ...{ terms: member.terms, agreed: member.terms >= config.termsVersion, joined: member.joined },
    until: member.until > now ? member.until : null,
    respondBy: member.respondBy > 0 ? member.respondBy : null,
    bond: amountText(member.bond, symbol),
    proxy: seat?.proxy || null,
    isVoting: seat?.voting ?? false,
  };
}

async function proposalOf(
  client: ChainClient,
  facts: Facts,
  proposal: Proposal,
  isPublic: boolean,
): Promise<PoolProposal> {
  const votes = proposal.status === 'voting' ? await readVotes(client, facts.dac, proposal.id) : [];
  const details = await readDetails(client, facts.dac, proposal);
  const { id, kind, proposer, status, text, hash, created, ends, twoThirds } = proposal;
  const base = { id, kind, proposer, status, text, hash, created, ends, twoThirds };
  const stage = stageOf(proposal, facts.config, facts.now);
  const changes = changesOf(proposal, facts, details);
  return { ...base, ...stage, ...(isPublic ? hidden(changes) : changes), ...tallyOf(proposal, facts.seats, votes) };
}

/** An emitter's endpoints, or a member's page, are addresses as well. */
function hidden({ title, changes, notes }: Changes): Changes {
  const hide = (text: string | null) => text && withoutAddresses(text);
  return {
    title: withoutAddresses(title),
    changes: changes.map(({ what, from, to }) => ({ what, from: hide(from), to: hide(to) })),
    notes: notes.map(withoutAddresses),
  };
}

async function caseOf(client: ChainClient, { dac, symbol, now }: Facts, one: Case): Promise<PoolCase> {
  const rulings = one.status === 'done' ? [] : await readRulings(client, dac, one.id);
  const amount = (units: bigint) => amountText(units, symbol);
  return {
    ...{ id: one.id, status: one.status, claimant: one.claimant, respondent: one.respondent, opened: one.opened },
    ...{ window: one.window || null, order: one.order || null, fee: amount(one.fee), until: one.until },
    ...{ evidence: one.evidence, panel: one.panel, act: one.act, overturned: one.overturned },
    ...{ compensation: amount(one.compensation), penalty: amount(one.penalty) },
    rulings: rulings.map(({ arbitrator, compensation, penalty, act, reason }) => {
      return { arbitrator, compensation: amount(compensation), penalty: amount(penalty), act, reason };
    }),
    can: caseSteps(one, now),
  };
}

function booksOf(book: Facts['books'][number], held: bigint): PoolBooks {
  const amount = (units: bigint) => amountText(units, book.symbol);
  return {
    ...{ contract: book.contract, symbol: book.symbol, owed: amount(book.owed), bucket: amount(book.bucket) },
    ...{ infrastructure: amount(book.infrastructure), escrow: amount(book.escrow), deposits: amount(book.deposits) },
    ...{ balance: amount(held), income: amount(book.income), credited: amount(book.credited) },
    ...{ paid: amount(book.paid), spent: amount(book.spent) },
  };
}
