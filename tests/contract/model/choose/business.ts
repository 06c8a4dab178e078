import { digestOf, NO_HASH } from '../drive/crew.ts';
import type { Case } from '../rules/state.ts';
import type { Chance } from './chance.ts';
import { EVIDENCE, ruling } from './docket.ts';
import type { Choice, Choices } from './people.ts';

const beforeRuling = (row: Case) => row.status === 'opened' || row.status === 'answered';

/** Rulings that nobody else gives, wrong tokens and amounts, acts that are unknown. */
function oddRuling(c: Chance, id: number): Choice {
  const given = ruling(c, id, c.is(0.6));
  if (c.is(0.05)) given.act = 'praise';
  if (c.is(0.05)) given.compensation = c.money();
  if (c.is(0.05)) given.penalty = c.money();
  if (c.is(0.05)) given.value = 10n ** 9n;
  return given;
}

function report(c: Chance): Choice {
  const active = [...c.pool.oracles.values()].filter((row) => row.active).map((row) => row.account);
  const oracle = c.likely(active, ['oracle1', 'oracle3', 'alice'], 0.95);
  const waiting = [...c.pool.open].filter(([, row]) => !row.reports.has(oracle)).map(([window]) => window);
  const byVote = [...c.pool.windows.values()].filter((row) => row.voided || row.reports === 0).map((row) => row.window);
  const usual = c.is(0.6) ? c.likely(waiting, [c.window - 1], 0.95) : c.someWindow();
  const window = c.is(0.05) ? c.likely(byVote, [usual], 1) : usual;
  // The oracles read the same logs: the bits are those of everybody, unless this one is odd.
  const odd = c.is(0.12);
  const eligible = odd ? c.bitmap(window) : c.everybody(window);
  const metrics = c.is(0.01) ? '00'.repeat(17_000) : '';
  const metrics_hash = c.is(0.98) ? digestOf(metrics === '' ? '' : Buffer.alloc(17_000).toString('latin1')) : NO_HASH;
  const rest = {
    log_root: odd ? digestOf('other') : NO_HASH,
    strategy: c.is(0.98) ? 'first-delivered' : '',
    version: '1',
  };
  return { oracle, window, eligible, metrics, metrics_hash, ...rest };
}

function caseArgs(c: Chance): Choice {
  const escrows = [...c.pool.orders.values()].filter((row) => row.escrow && row.in_case === 0);
  const order = c.is(0.35)
    ? c.likely(
        escrows.map((row) => row.id),
        [...c.pool.orders.keys(), 0, 7],
      )
    : 0;
  const claimant = c.is(0.4) ? (escrows[0]?.payee ?? 'worker') : c.whose(c.pool.deposits);
  const payee = c.pool.orders.get(order)?.payee;
  const respondent = payee && payee !== claimant && c.is(0.7) ? payee : c.whose(c.pool.members);
  const window = c.is(0.4) ? c.someWindow() : 0;
  return { claimant, respondent, order, window, evidence: c.of(EVIDENCE) };
}

export const BUSINESS_CHOICES: Choices = {
  report: [14, report],
  cut: [3, () => ({})],
  close: [5, () => ({})],
  prune: [1, (c) => ({ max: c.is(0.97) ? 1 + c.below(5) : c.of([0, 501]) })],
  harvest: [3, (c) => ({ id: c.id(c.pool.claims, (row) => row.name === 'claimrewards') })],
  collect: [0.7, (c) => ({ token: c.id(c.pool.books, () => true) })],
  sweep: [1.5, (c) => ({ token: c.id(c.pool.books, () => true) })],
  claim: [
    4,
    (c) => {
      const token = c.id(c.pool.books, () => true);
      return { account: c.whose(c.pool.credits.get(token) ?? new Map(), (row) => row.owed > 0n), token };
    },
  ],
  payorder: [3, (c) => ({ id: c.id(c.pool.orders, (row) => !row.escrow) })],
  refund: [1.5, (c) => ({ id: c.id(c.pool.orders, (row) => row.escrow) })],
  opencase: [3, caseArgs],
  answer: [
    2.5,
    (c) => {
      const id = c.id(c.pool.cases, (row) => row.status === 'opened');
      return {
        respondent: c.is(0.9) ? (c.pool.cases.get(id)?.respondent ?? 'bob') : c.anybody(),
        id,
        reply: c.of(EVIDENCE),
      };
    },
  ],
  recuse: [
    0.7,
    (c) => {
      const id = c.id(c.pool.cases, beforeRuling);
      return { arbitrator: c.likely(c.pool.cases.get(id)?.panel ?? [], ['arbiter1', 'alice']), id };
    },
  ],
  rule: [
    6,
    (c) => {
      const id = c.id(c.pool.cases, beforeRuling);
      const row = c.pool.cases.get(id);
      const silent = (row?.panel ?? []).filter((name) => !row?.rulings.has(name));
      return {
        arbitrator: c.likely(silent, row?.panel?.length ? row.panel : ['arbiter1', 'alice'], 0.85),
        id,
        ...oddRuling(c, id),
      };
    },
  ],
  appeal: [
    3,
    (c) => {
      const id = c.id(c.pool.cases, (row) => row.status === 'ruled');
      const row = c.pool.cases.get(id);
      return { party: c.is(0.93) && row ? c.of([row.claimant, row.respondent]) : c.anybody(), id, text: c.text() };
    },
  ],
  enforce: [4, (c) => ({ id: c.id(c.pool.cases, (row) => row.status === 'ruled') })],
  closecase: [2, (c) => ({ id: c.id(c.pool.cases, (row) => beforeRuling(row) || row.status === 'done') })],
  dissolve: [4, () => ({})],
};
