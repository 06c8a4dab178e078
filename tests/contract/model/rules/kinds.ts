import { requireAccount } from './chain.ts';
import { isConstitutional, requireStrategy, withFigure } from './figures.ts';
import { isK1 } from './keys.ts';
import { requireApplicant } from './members.ts';
import { type Draft, draft, propose } from './proposals.ts';
import { demand } from './refusal.ts';
import { requireRole } from './roles.ts';
import { requireThree } from './seats.ts';
import { configOf, requireOpen, requirePayee, requireText } from './setup.ts';
import { requireMember, requireSuspension } from './standing.ts';
import type { Money, Pool } from './state.ts';
import { requireEscrow, requireForeign, requireMonthly, requireNewToken, requireSpend } from './treasury.ts';
import { dispute } from './verdicts.ts';

/** The arguments of the proposals' actions, all of them together. */
export interface Proposing {
  proposer: string;
  text: string;
  account: string;
  seconds: bigint;
  terms: string;
  figure: string;
  value: bigint;
  url: string;
  location: number;
  on: boolean;
  strategy: string;
  mode: string;
  code: string;
  name: string;
  role: string;
  key: string;
  endpoints: string;
  payee: string;
  amount: Money;
  months: number;
  order: number;
  days: number;
  accepted: boolean;
  contract: string;
  core: string;
  to: string;
  msig_proposer: string;
  proposal_name: string;
  trx_hash: string;
  window: number;
  eligible: string;
  metrics_hash: string;
}

type Check = (p: Pool, d: Proposing) => Partial<Draft>;

const flag = (on: boolean) => (on ? 1n : 0n);

/** Kind → what is checked before it is filed, and what it then carries. */
const KINDS: Record<string, Check> = {
  admit: (p, d) => {
    requireOpen(p);
    requireApplicant(p, d.account);
    return { subject: d.account };
  },
  expel: (p, d) => {
    requireMember(p, d.account);
    requireThree(p);
    return { subject: d.account, respondent: d.account, two_thirds: true };
  },
  suspend: (p, d) => {
    requireMember(p, d.account);
    requireThree(p);
    requireSuspension(d.seconds);
    return { subject: d.account, respondent: d.account, value: d.seconds, two_thirds: true };
  },
  terms: (p, d) => {
    requireOpen(p);
    demand(d.terms !== configOf(p).terms, 'are in force already');
    return { digest: d.terms, two_thirds: true };
  },
  config: (p, d) => {
    withFigure(configOf(p), d.figure, d.value);
    return { subject: d.figure, value: d.value, two_thirds: isConstitutional(d.figure) };
  },
  url: (_, d) => {
    requireText(d.url);
    return { detail: d.url, value: BigInt(d.location) };
  },
  register: (_, d) => ({ value: flag(d.on) }),
  strategy: (_, d) => {
    requireStrategy(d.strategy, d.mode);
    return { detail: d.strategy, subject: d.mode };
  },
  claim: (p, d) => {
    requireAccount(p.chain, d.code);
    return { subject: d.code, target: d.name, value: flag(d.on) };
  },
  role: (p, d) => {
    requireRole(d.role);
    demand(isK1(d.key), 'must be of type K1');
    requireAccount(p.chain, d.account);
    return { target: d.role, subject: d.account, value: flag(d.on), key: d.key, detail: d.endpoints };
  },
  order: (p, d) => {
    requireSpend(p, d.payee, d.amount);
    demand(d.months >= 1 && d.months <= 120, '1 to 120 are allowed');
    return { subject: d.payee, amount: d.amount, value: BigInt(d.months) };
  },
  end: (p, d) => {
    requireMonthly(p, d.order);
    return { value: BigInt(d.order) };
  },
  spend: (p, d) => {
    requireSpend(p, d.payee, d.amount);
    demand(d.days <= 365, 'at most 365 are allowed');
    return { subject: d.payee, amount: d.amount, value: BigInt(d.days) };
  },
  accept: (p, d) => {
    requireEscrow(p, d.order);
    return { value: BigInt(d.order), option: flag(d.accepted) };
  },
  token: (p, d) => {
    requireNewToken(p, d.contract, d.core);
    return { token: d.contract, amount: { units: 0n, symbol: d.core } };
  },
  foreign: (p, d) => {
    requirePayee(p, d.to);
    requireForeign(p, d.contract, d.amount);
    return { token: d.contract, amount: d.amount, subject: d.to };
  },
  msig: (_, d) => ({ subject: d.msig_proposer, target: d.proposal_name, digest: d.trx_hash, two_thirds: true }),
  settle: (_, d) => ({ value: BigInt(d.window), data: d.eligible, digest: d.metrics_hash }),
  void: (_, d) => ({ value: BigInt(d.window) }),
  unpause: () => ({}),
  dissolve: (p) => {
    requireOpen(p);
    return { two_thirds: true };
  },
};

export const PROPOSED_KINDS = Object.keys(KINDS);

export function proposeKind(p: Pool, kind: string, d: Proposing): void {
  configOf(p);
  const empty = draft(p, kind, d.proposer, d.text);
  const check = KINDS[kind];
  if (!check) throw new Error(`model: there is no kind ${kind}`);
  const row = propose(p, { ...empty, ...check(p, d) });
  if (kind === 'settle') dispute(p, row, d.eligible);
  if (kind === 'void') dispute(p, row, undefined);
}
