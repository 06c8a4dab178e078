import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { CLAIMS_SCHEMA, type ClaimState, ClaimTimes, ruleOf, unclaimed } from '../../../oracle/keeper/claims.ts';
import { claimAge, claimAlarm, type KeeperView, nextSteps } from '../../../oracle/keeper/keeper.ts';
import { loadProfile, PROFILES, type Profile } from '../../../oracle/keeper/profile.ts';
import { payableOrders } from '../../../oracle/keeper/treasury.ts';
import { scratch } from '../../support/processes.ts';
import { POOL } from './support/events.ts';

const HOUR = 3_600_000;
const NOW = 1000 * HOUR;
const LATELY = NOW - HOUR;
const CONFIG = {
  ...{ producer: POOL, phase: 1, eligiblePercent: 50, deadlineSeconds: 86_400, disputeSeconds: 60, pausedUntil: 0 },
  ...{ harvested: false, lastWindow: 5, closingThrough: 0, closingSettledAt: 0, closedThrough: 0 },
};
const TREASURY = { infrastructure: 250, monthlimit: 1000, month: 0, month_spent: 0 };
const ORDER = { id: 1, payee: 'emitter1', amount: 100, escrow: 0, due: '1970-01-01T00:00:00' };

function claim(id: number, lastClaim: number | null, owed: bigint | null = null): ClaimState {
  return { id, code: 'eosio', name: 'claimrewards', everyMs: 24 * HOUR + 60_000, lastClaim, owed };
}

function view(config: Partial<typeof CONFIG> = {}, rest: Partial<KeeperView> = {}): KeeperView {
  const quiet = { claims: [claim(1, LATELY)], unclaimed: [], orders: [], treasury: TREASURY, oracles: [], now: NOW };
  return { config: { ...CONFIG, ...config }, ...quiet, ...rest };
}

test('each way in which the chain pays is harvested once a day, by its own last claim', () => {
  const early = NOW - 23 * HOUR;
  const late = NOW - 25 * HOUR;
  assert.deepEqual(nextSteps(view({}, { claims: [claim(1, early), claim(3, early)] })), []);
  assert.deepEqual(nextSteps(view({}, { claims: [claim(1, late), claim(2, early), claim(3, late)] })), [
    { name: 'harvest', id: 1 },
    { name: 'harvest', id: 3 },
  ]);
  assert.deepEqual(nextSteps(view({}, { claims: [claim(1, null)] })), [], 'not registered');
  assert.deepEqual(nextSteps(view({}, { claims: [claim(1, NOW - 24 * HOUR - 59_999)] })), []);
  assert.deepEqual(nextSteps(view({}, { claims: [claim(1, NOW - 24 * HOUR - 60_000)] })).length, 1);
});

test('what gathers until it is claimed is harvested when there is something', () => {
  const late = NOW - 25 * HOUR;
  assert.deepEqual(nextSteps(view({}, { claims: [claim(4, late, 0n)] })), []);
  assert.deepEqual(nextSteps(view({}, { claims: [claim(4, LATELY, 7n)] })), []);
  assert.deepEqual(nextSteps(view({}, { claims: [claim(4, late, 7n)] })), [{ name: 'harvest', id: 4 }]);
});

test('a claim without a time on the chain is known by what is owed having become less, also after a restart', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(CLAIMS_SCHEMA);
  const look = (owed: bigint, now: number) => new ClaimTimes(db).seen(4, owed, now);
  assert.deepEqual([look(5n, 100), look(9n, 200), look(9n, 250)], [100, 100, 100], 'it only grew');
  assert.deepEqual([look(1n, 300), look(8n, 400)], [300, 300]);
});

test('an epoch with income is cut, and closed when its time to dispute is over', () => {
  assert.deepEqual(nextSteps(view({ harvested: true })), [{ name: 'cut' }]);
  const cut = { closingThrough: 5, closingSettledAt: NOW - 59_000 };
  assert.deepEqual(nextSteps(view(cut)), []);
  assert.deepEqual(nextSteps(view(cut, { now: NOW + 1000 })), [{ name: 'close' }]);
  const closed = { ...cut, closedThrough: 5 };
  assert.deepEqual(nextSteps(view({ ...closed, harvested: true })), [], 'no new windows');
});

test('orders are paid when they are due, by a live pool that is not paused', () => {
  const orders = [ORDER];
  assert.deepEqual(nextSteps(view({}, { orders })), [{ name: 'payorder', id: 1 }]);
  assert.deepEqual(nextSteps(view({ phase: 2 }, { orders })), []);
  const due = { harvested: true, pausedUntil: NOW + 1 };
  assert.deepEqual(nextSteps(view(due, { orders })), [], 'paused: no cut, no order');
  const both = { orders, claims: [claim(1, NOW - 25 * HOUR)] };
  assert.deepEqual(nextSteps(view(due, both)), [{ name: 'harvest', id: 1 }], 'rewards come in during a pause too');
});

test('orders are paid as far as the infrastructure and the month reach; escrows are not the keeper’s', () => {
  const at = (id: number, amount: number, more = {}) => ({ ...ORDER, id, amount, ...more });
  const ids = (orders: (typeof ORDER)[], treasury = TREASURY, now = NOW) =>
    payableOrders(orders, treasury, now).map(({ id }) => id);
  assert.deepEqual(ids([at(1, 100), at(2, 200), at(3, 150)]), [1, 3]);
  assert.deepEqual(ids([at(1, 10, { escrow: 1 }), at(2, 10, { due: '1970-03-01T00:00:00' })]), []);
  const spent = { ...TREASURY, month: 1, month_spent: 950 };
  assert.deepEqual(ids([at(1, 100), at(2, 50)], spent), [2], 'NOW is in month 1');
  assert.deepEqual(ids([at(1, 100), at(2, 50)], spent, NOW + 30 * 24 * HOUR), [1, 2], 'a new month');
});

test('alarms at 36 and 60 hours, by the way to pay that waits longest', () => {
  assert.deepEqual(
    [35, 36, 59, 60, 999].map((hours) => claimAlarm(hours * HOUR)),
    [null, 36, 36, 60, 60],
  );
  assert.equal(claimAge([claim(1, NOW - HOUR), claim(2, NOW - 40 * HOUR)], NOW), 40 * HOUR);
  assert.equal(claimAge([claim(1, NOW - HOUR), claim(4, NOW - 40 * HOUR, 0n)], NOW), HOUR, 'nothing is owed there');
  assert.equal(claimAge([claim(1, null)], NOW), null);
});

test('a profile knows a chain’s ways to pay; a file can say others', (t) => {
  const vaulta = loadProfile('vaulta');
  const rows = [{ id: 1, code: 'eosio', name: 'claimrewards' }];
  assert.equal(ruleOf(vaulta, rows[0] as (typeof rows)[0])?.everyHours, 24);
  assert.deepEqual(unclaimed(vaulta, rows), ['eosio.bpay::claimrewards']);
  assert.deepEqual(unclaimed(PROFILES.eosio as Profile, rows), []);
  const file = path.join(scratch(t), 'profile.json');
  const place = { code: 'eosio', scope: 'eosio', table: 'producers', field: 'last_claim_time' };
  const own = { name: 'own', claims: [{ code: 'eosio', action: 'claimgbmprod', everyHours: 12, lastClaim: place }] };
  writeFileSync(file, JSON.stringify(own));
  assert.deepEqual(loadProfile(file), own);
  writeFileSync(file, JSON.stringify({ name: 'own', claims: [{ code: 'eosio', action: 'claim', everyHours: 0 }] }));
  assert.throws(
    () => loadProfile(file),
    /the profile .* is not right: claims\.0\.everyHours: .*claims\.0: must have lastClaim or owed|everyHours/,
  );
  assert.throws(() => loadProfile('eos'), /ORACLE_PROFILE is none of eosio, vaulta and no JSON file that can be read/);
});
