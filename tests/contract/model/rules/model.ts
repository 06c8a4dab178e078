import * as books from './books.ts';
import * as cases from './cases.ts';
import type { Chain } from './chain.ts';
import { moveTokens } from './chain.ts';
import * as deposits from './deposits.ts';
import { dissolve } from './dissolution.ts';
import * as epochs from './epochs.ts';
import * as figures from './figures.ts';
import * as founding from './founding.ts';
import { PROPOSED_KINDS, type Proposing, proposeKind } from './kinds.ts';
import * as members from './members.ts';
import * as proposals from './proposals.ts';
import { demand, Refusal } from './refusal.ts';
import * as roles from './roles.ts';
import { enforce } from './rulings.ts';
import { refreshOwner, refreshSigning } from './seats.ts';
import { configOf } from './setup.ts';
import * as standing from './standing.ts';
import type { Money, Pool } from './state.ts';
import * as treasury from './treasury.ts';
import { type Reporting, report } from './windows.ts';

/** The arguments of an action by their names in the ABI; each rule knows which ones it has. */
export type Args = Record<string, unknown>;

interface A extends Proposing, founding.Init, members.Join, cases.Opening, cases.RulingInput {
  accounts: string[];
  proof: string;
  id: number;
  hash: string;
  yes: boolean;
  max: number;
  token: number;
  quantity: Money;
  voter: string;
  proxy: string;
  member: string;
  challenger: string;
  reply: string;
  arbitrator: string;
  party: string;
}

interface Rule {
  /** Argument that names who must have signed; `self` is the contract's account; none means anyone. */
  by?: string;
  does: (p: Pool, d: A, signers: string[]) => void;
}

const self = (does: Rule['does']): Rule => ({ by: 'self', does });
const by = (argument: string, does: Rule['does']): Rule => ({ by: argument, does });
const anyone = (does: Rule['does']): Rule => ({ does });

export const RULES: Record<string, Rule> = {
  init: self((p, d) => founding.init(p, d)),
  founders: self((p, d) => {
    founding.requireFounding(p);
    founding.nameFounders(p, d.accounts);
  }),
  setfigure: self((p, d) => {
    founding.requireFounding(p);
    figures.setFigure(p, d.figure, d.value);
  }),
  setclaim: self((p, d) => {
    founding.requireFounding(p);
    figures.setClaim(p, d.code, d.name, d.on);
  }),
  handover: self((p) => founding.handOver(p)),
  join: by('account', (p, d) => members.join(p, d)),
  agree: by('account', (p, d) => standing.agree(p, d.account, d.terms)),
  setkey: by('account', (p, d) => standing.setKey(p, d.account, d.key, d.proof)),
  dropkey: by('account', (p, d) => standing.dropKey(p, d.account)),
  setpayee: by('account', (p, d) => members.setPayee(p, d.account, d.payee)),
  setinfo: by('account', (p, d) => members.setInfo(p, d.account, d.url, d.location, d.owners)),
  leave: by('account', (p, d) => members.leave(p, d.account)),
  depart: anyone((p, d) => members.depart(p, d.account)),
  challenge: by('challenger', (p, d) => standing.challenge(p, d.challenger, d.account)),
  respond: by('account', (p, d) => standing.respond(p, d.account)),
  oust: anyone((p, d) => standing.oust(p, d.account)),
  lapse: anyone((p, d) => standing.lapse(p, d.account)),
  resume: anyone((p, d) => standing.resume(p, d.account)),
  forget: anyone((p, d) => members.forget(p, d.account)),
  refresh: anyone((p) => {
    configOf(p);
    refreshSigning(p);
    refreshOwner(p);
  }),
  open: by('account', (p, d) => deposits.openDeposit(p, d.account)),
  withdraw: by('account', (p, d) => deposits.withdraw(p, d.account, d.quantity)),
  release: anyone((p, d) => deposits.release(p, d.account)),
  vote: by('voter', (p, d) => proposals.vote(p, d.voter, d.id, d.hash, d.yes)),
  setproxy: by('account', (p, d) => proposals.setProxy(p, d.account, d.proxy)),
  tally: anyone((p, d) => proposals.tally(p, d.id)),
  execute: anyone((p, d) => proposals.execute(p, d.id)),
  expire: anyone((p, d) => proposals.expire(p, d.id)),
  cancel: by('proposer', (p, d) => proposals.cancel(p, d.proposer, d.id)),
  stop: by('member', (p, d) => roles.stop(p, d.member, d.role, d.account)),
  pause: by('member', (p, d) => roles.pause(p, d.member)),
  report: by('oracle', (p, d) => report(p, d as unknown as Reporting)),
  cut: anyone((p) => epochs.cut(p)),
  close: anyone((p) => epochs.close(p)),
  prune: anyone((p, d) => epochs.prune(p, d.max)),
  harvest: anyone((p, d) => books.harvest(p, d.id)),
  collect: anyone((p, d) => books.collect(p, d.token)),
  sweep: anyone((p, d) => books.sweep(p, d.token)),
  claim: anyone((p, d) => books.claim(p, d.account, d.token)),
  payorder: anyone((p, d) => treasury.payOrder(p, d.id)),
  refund: anyone((p, d, signers) => treasury.refund(p, d.id, signers)),
  opencase: by('claimant', (p, d) => cases.openCase(p, d)),
  answer: by('respondent', (p, d) => cases.answer(p, d.respondent, d.id, d.reply)),
  recuse: by('arbitrator', (p, d) => cases.recuse(p, d.arbitrator, d.id)),
  rule: by('arbitrator', (p, d) => cases.rule(p, d.arbitrator, d.id, d)),
  appeal: by('party', (p, d) => cases.appeal(p, d.party, d.id, d.text)),
  enforce: anyone((p, d) => enforce(p, d.id)),
  closecase: anyone((p, d) => cases.closeCase(p, d.id)),
  dissolve: anyone((p) => dissolve(p)),
};
for (const kind of PROPOSED_KINDS) RULES[`prop${kind}`] = by('proposer', (p, d) => proposeKind(p, kind, d));

/** Who must have signed the action; undefined when anyone may call it. */
export function authorityOf(p: Pool, action: string, args: Args): string | undefined {
  const argument = RULES[action]?.by;
  if (argument === undefined) return undefined;
  return argument === 'self' ? p.self : String(args[argument]);
}

/** The pool after the action, or the refusal; the pool that was passed in stays as it is. */
export function act(p: Pool, action: string, args: Args, signers: string[]): Pool | Refusal {
  return attempt(p, (next) => {
    const rule = RULES[action];
    if (!rule) throw new Error(`model: there is no action ${action}`);
    const needs = authorityOf(next, action, args);
    demand(needs === undefined || signers.includes(needs), 'missing required authority');
    rule.does(next, args as unknown as A, signers);
  });
}

/** A transfer of tokens between any accounts; the contract is told of those to it. */
export function transfer(
  p: Pool,
  contract: string,
  from: string,
  to: string,
  money: Money,
  memo: string,
): Pool | Refusal {
  return attempt(p, (next) => {
    moveTokens(next.chain, contract, money, from, to);
    if (to === next.self) deposits.receive(next, contract, from, money, memo);
  });
}

function attempt(p: Pool, does: (next: Pool) => void): Pool | Refusal {
  const next = copy(p);
  try {
    does(next);
    drain(next.chain);
    return next;
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown;
    throw thrown;
  }
}

/** Inline actions run after the action that sent them, each with its own before the next one. */
function drain(chain: Chain): void {
  const inlines = chain.inlines;
  chain.inlines = [];
  for (const inline of inlines) {
    inline();
    drain(chain);
  }
}

export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, copy(one)])) as T;
  if (value instanceof Set) return new Set(value) as T;
  if (Array.isArray(value)) return value.map(copy) as T;
  const fresh: Record<string, unknown> = {};
  for (const key of Object.keys(value)) fresh[key] = copy((value as Record<string, unknown>)[key]);
  return fresh as T;
}
