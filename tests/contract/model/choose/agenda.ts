import { NO_HASH } from '../drive/crew.ts';
import { isElector } from '../rules/ballots.ts';
import { isGone } from '../rules/counts.ts';
import { byName } from '../rules/seats.ts';
import type { Pool } from '../rules/state.ts';
import type { Chance } from './chance.ts';
import { type Ask, caseSteps } from './docket.ts';

const WEEK = 7 * 86_400;

/** What waits to be done in this pool, by subject: without it few proposals would pass and few cases would end. */
export function agenda(c: Chance): Ask[] {
  const { pool, now } = c;
  const lists = [
    votes(c),
    votes(c),
    counts(pool, now),
    standing(c),
    leavers(pool, now),
    caseSteps(c),
    money(pool, now),
    reports(c),
  ];
  lists.push(
    [
      ['close', {}],
      ['cut', {}],
    ],
    [['harvest', { id: 1 }]],
    seconds(c),
  );
  if ((pool.config?.phase ?? 0) >= 2)
    lists.push([
      ['dissolve', {}],
      ['dissolve', {}],
    ]);
  return c.of(lists.filter((list) => list.length > 0));
}

/** One member has asked for a stop: another one joins in. */
function seconds(c: Chance): Ask[] {
  const { emitters, oracles, arbitrators } = c.pool;
  const roles = { emitter: emitters, oracle: oracles, arbitrator: arbitrators };
  return Object.entries(roles).flatMap(([role, rows]) => {
    const asked = [...rows.values()].filter((row) => row.stopper !== '');
    return asked.map(({ account }): Ask => ['stop', { member: c.voter(), role, account }]);
  });
}

export function votes(c: Chance): Ask[] {
  const { pool, now } = c;
  const running = [...pool.proposals.values()].filter((row) => row.status === 'voting' && row.ends > now);
  return running.flatMap((row) => {
    const silent = byName(pool.seats).filter((seat) => isElector(seat, row) && !row.votes.has(seat.account));
    return silent.map((seat): Ask => {
      return [
        'vote',
        { voter: seat.account, id: row.id, hash: row.hash, yes: c.is(row.kind === 'appeal' ? 0.6 : 0.93) },
      ];
    });
  });
}

function counts(pool: Pool, now: number): Ask[] {
  return [...pool.proposals.values()].flatMap(({ id, status, ends, unlock, done }): Ask[] => {
    if (status === 'voting' && ends <= now) return [['tally', { id }]];
    if (status === 'passed' && unlock + WEEK <= now) return [['expire', { id }]];
    if (status === 'passed' && unlock <= now) return [['execute', { id }]];
    return status !== 'voting' && status !== 'passed' && done + WEEK <= now ? [['expire', { id }]] : [];
  });
}

function standing(c: Chance): Ask[] {
  const { pool, now } = c;
  const { config } = pool;
  if (!config) return [];
  return [...pool.members.values()].flatMap(({ account, status, until, respond_by, terms }): Ask[] => {
    const asks: Ask[] = [];
    if (status === 'notice' && until <= now) asks.push(['depart', { account }]);
    if (status === 'suspended' && until <= now && terms === config.terms_version) asks.push(['resume', { account }]);
    if (respond_by > 0) asks.push([respond_by <= now ? 'oust' : 'respond', { account }]);
    if (terms !== config.terms_version && status !== 'left' && status !== 'expelled') {
      if (config.terms_grace <= now && status !== 'suspended') asks.push(['lapse', { account }]);
      if (c.is(0.5)) asks.push(['agree', { account, terms: config.terms }]);
    }
    return asks;
  });
}

function leavers(pool: Pool, now: number): Ask[] {
  const gone = [...pool.members.values()].filter(isGone);
  return gone.flatMap(({ account, bond, until, status }): Ask[] => {
    const owed = [...pool.credits].filter(([, credits]) => (credits.get(account)?.owed ?? 0n) > 0n);
    const asks = owed.map(([token]): Ask => ['claim', { account, token }]);
    if (bond > 0n && until <= now) asks.push(['release', { account }]);
    if (pool.seats.has(account)) asks.push(['prune', { max: 5 }]);
    else if (status === 'left') asks.push(['forget', { account }]);
    return asks;
  });
}

function money(pool: Pool, now: number): Ask[] {
  const due = [...pool.orders.values()].filter((order) => order.due <= now);
  const asks = due.map(({ id, escrow }): Ask => [escrow ? 'refund' : 'payorder', { id }]);
  for (const [token, credits] of pool.credits) {
    for (const [account, row] of credits) if (row.owed > 0n) asks.push(['claim', { account, token }]);
  }
  return asks;
}

/** All oracles' reports of what is reported already, or of the window that is just over. */
function reports(c: Chance): Ask[] {
  const { pool } = c;
  const oracles = [...pool.oracles.values()].filter((row) => row.active).map((row) => row.account);
  const asks: Ask[] = [];
  for (const window of [...pool.open.keys(), c.window - 1]) {
    for (const oracle of oracles) {
      if (!pool.windows.has(window) && !pool.open.get(window)?.reports.has(oracle))
        asks.push(['report', reportOf(c, oracle, window)]);
    }
  }
  return asks;
}

export function reportOf(c: Chance, oracle: string, window: number): Record<string, unknown> {
  const rest = { metrics: '', metrics_hash: EMPTY, log_root: NO_HASH, strategy: 'first-delivered', version: '1' };
  return { oracle, window, eligible: c.everybody(window), ...rest };
}

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
