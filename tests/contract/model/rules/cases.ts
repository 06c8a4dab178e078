import { core, creditTo } from './books.ts';
import { after, reached, requireAccount, requireOver, seconds } from './chain.ts';
import { casesOf } from './counts.ts';
import { depositOf, giveBack, holdFor } from './deposits.ts';
import { draft, file } from './proposals.ts';
import { demand, demandRow } from './refusal.ts';
import { takesPart } from './seats.ts';
import { configOf, DISSOLVED, LIVE, requireRunning } from './setup.ts';
import { requireSuspension } from './standing.ts';
import type { Case, Money, Pool, Ruling } from './state.ts';
import { orderOf, requireEscrow } from './treasury.ts';

const WEEK = 7 * 86_400;
const NO_HASH = '00'.repeat(32);
const ACTS = ['none', 'suspend', 'expel', 'void', 'release', 'giveback'];

export function caseOf(p: Pool, id: number): Case {
  return demandRow(p.cases.get(id), 'there is no case');
}

export interface Opening {
  claimant: string;
  respondent: string;
  order: number;
  window: number;
  evidence: string;
}

export function openCase(p: Pool, d: Opening): void {
  const config = requireRunning(p);
  const { claimant, respondent } = d;
  demand(config.phase === LIVE, 'cases are opened in a live pool only');
  requireAccount(p.chain, respondent);
  demand(claimant !== respondent, 'cannot open a case against itself');
  demand(respondent !== p.self && respondent !== config.producer, 'is the pool itself: propose to the members');
  if (config.casefee === 0n && !hasPart(p, claimant)) {
    const isPayee = d.order !== 0 && orderOf(p, d.order).payee === claimant;
    demand(isPayee, 'while a case costs nothing only those open one');
  }
  depositOf(p, claimant);
  demand(casesOf(p, claimant) < 3, '3 are the most');
  const panel = [...p.arbitrators.keys()].sort().filter((name) => name !== claimant && name !== respondent);
  demand(panel.length > 0, 'no arbitrator is named who is no party');
  holdFor(p, claimant, config.casefee, 'the fee of a case is');
  if (d.window !== 0) {
    requireOver(p.chain, d.window);
    demand(d.window > p.state.closed_through, 'belongs to a closed epoch');
  }
  const id = p.state.next_case++;
  if (d.order !== 0) bindOrder(p, d, id);
  const ruling: Ruling = { compensation: 0n, penalty: 0n, act: '', value: 0n, reason: NO_HASH };
  const now = seconds(p.chain);
  const until = after(p.chain, config.casetime);
  p.cases.set(id, {
    ...{ ...d, ...ruling, id, status: 'opened', fee: config.casefee, opened: now, until, reply: NO_HASH },
    ...{ appealed: 0, overturned: false, panel, rulings: new Map(), counted: p.members.has(respondent) },
  });
}

/** A member in service. */
function hasPart(p: Pool, account: string): boolean {
  const seat = p.seats.get(account);
  return seat !== undefined && takesPart(seat);
}

/** An escrow waits for the ruling; only those whom it concerns bring it there. */
function bindOrder(p: Pool, { claimant, respondent, order: id }: Opening, into: number): void {
  const order = requireEscrow(p, id);
  demand(!reached(p.chain, order.due), 'refund gives it back');
  const concerns = claimant === order.payee || (respondent === order.payee && hasPart(p, claimant));
  demand(concerns, 'can bring it into a case');
  order.in_case = into;
}

function requireBeforeRuling(p: Pool, row: Case): void {
  demand(row.status === 'opened' || row.status === 'answered', 'takes no more answers and rulings');
  demand(!reached(p.chain, row.until), 'is over: call closecase');
}

export function answer(p: Pool, respondent: string, id: number, reply: string): void {
  const row = caseOf(p, id);
  demand(row.respondent === respondent, 'is not the respondent of case');
  requireBeforeRuling(p, row);
  row.reply = reply;
  row.status = 'answered';
}

export function recuse(p: Pool, arbitrator: string, id: number): void {
  const row = caseOf(p, id);
  requireBeforeRuling(p, row);
  demand(row.panel.includes(arbitrator), 'is not on the panel of case');
  row.rulings.delete(arbitrator);
  row.panel = row.panel.filter((name) => name !== arbitrator);
  if (row.panel.length === 0) endWithoutRuling(p, row);
}

export interface RulingInput {
  compensation: Money;
  penalty: Money;
  act: string;
  value: bigint;
  reason: string;
}

export function rule(p: Pool, arbitrator: string, id: number, d: RulingInput): void {
  const config = configOf(p);
  const row = caseOf(p, id);
  requireBeforeRuling(p, row);
  demand(row.panel.includes(arbitrator), 'is not on the panel of case');
  demand(p.arbitrators.has(arbitrator), 'was stopped as an arbitrator');
  const half = row.until - Math.floor((row.until - row.opened) / 2);
  demand(row.status === 'answered' || reached(p.chain, half), 'more seconds to answer in case');
  const { symbol } = core(p);
  demand(d.compensation.symbol === symbol && d.penalty.symbol === symbol, 'the core token is');
  demand(d.compensation.units >= 0n && d.penalty.units >= 0n, 'must not be negative');
  requireAct(row, d.act);
  if (d.act === 'suspend') requireSuspension(d.value);
  const { act, value, reason } = d;
  const mine: Ruling = { compensation: d.compensation.units, penalty: d.penalty.units, act, value, reason };
  row.rulings.set(arbitrator, mine);
  const active = row.panel.filter((name) => p.arbitrators.has(name));
  const equal = active.filter((name) => isSame(row.rulings.get(name), mine));
  if (equal.length * 2 <= active.length) return;
  Object.assign(row, mine, { status: 'ruled', until: after(p.chain, config.appealtime) });
}

function requireAct(row: Case, act: string): void {
  if (act === 'void') demand(row.window !== 0, 'names no window that could be made void');
  if (act === 'release' || act === 'giveback') demand(row.order !== 0, 'names no order whose escrow could be moved');
  demand(ACTS.includes(act), 'there is no act');
}

function isSame(a: Ruling | undefined, b: Ruling): boolean {
  const part = ({ compensation, penalty, act, value, reason }: Ruling) =>
    [compensation, penalty, act, value, reason].join();
  return a !== undefined && part(a) === part(b);
}

export function appeal(p: Pool, party: string, id: number, text: string): void {
  configOf(p);
  const row = caseOf(p, id);
  demand(party === row.claimant || party === row.respondent, 'is no party to case');
  demand(row.status === 'ruled', 'has no ruling to appeal against');
  demand(row.appealed === 0, 'was before the members in proposal');
  demand(!reached(p.chain, row.until), 'the time to appeal in case');
  const parties = { respondent: row.respondent, other: row.claimant };
  row.appealed = file(p, draft(p, 'appeal', party, text, { value: BigInt(id), digest: row.reason, ...parties })).id;
  row.status = 'appealed';
}

/** The fee is for the arbitrators who gave the ruling: they did the work. */
export function endWithRuling(p: Pool, row: Case): void {
  const paid = row.panel.filter((name) => isSame(row.rulings.get(name), row));
  const each = row.fee / BigInt(paid.length);
  const rest = row.fee % BigInt(paid.length);
  const { fee } = row;
  row.fee = 0n;
  if (fee > 0n) paid.forEach((name, i) => void creditTo(p, core(p), name, i === 0 ? each + rest : each));
  end(p, row);
}

function endWithoutRuling(p: Pool, row: Case): void {
  if (row.fee > 0n) giveBack(p, row.claimant, row.fee);
  row.fee = 0n;
  end(p, row);
}

function end(p: Pool, row: Case): void {
  const order = p.orders.get(row.order);
  if (order?.in_case === row.id) order.in_case = 0;
  depositOf(p, row.claimant);
  row.rulings.clear();
  row.status = 'done';
  row.until = seconds(p.chain);
}

export function closeCase(p: Pool, id: number): void {
  const config = configOf(p);
  const row = caseOf(p, id);
  if (row.status === 'done') {
    demand(reached(p.chain, row.until + WEEK), 'is kept to be read');
    p.cases.delete(id);
    return;
  }
  if (config.phase !== DISSOLVED) {
    demand(row.status === 'opened' || row.status === 'answered', 'enforce ends it');
    demand(reached(p.chain, row.until), 'more seconds for a ruling');
  }
  endWithoutRuling(p, row);
}
