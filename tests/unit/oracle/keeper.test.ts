import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLogger } from '../../../common/logger.ts';
import { claimAlarm, type KeeperStep, type KeeperView, keepOnce, nextSteps } from '../../../oracle/keeper/keeper.ts';
import { payableOrders } from '../../../oracle/keeper/treasury.ts';
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

function view(config: Partial<typeof CONFIG> = {}, rest: Partial<KeeperView> = {}): KeeperView {
  const quiet = { lastClaim: LATELY, claims: [1], orders: [], treasury: TREASURY, now: NOW };
  return { config: { ...CONFIG, ...config }, ...quiet, ...rest };
}

test('all ways in which the chain pays are harvested once a day', () => {
  const claims = [1, 3];
  assert.deepEqual(nextSteps(view({}, { claims, lastClaim: NOW - 23 * HOUR })), []);
  assert.deepEqual(nextSteps(view({}, { claims, lastClaim: NOW - 25 * HOUR })), [
    { name: 'harvest', id: 1 },
    { name: 'harvest', id: 3 },
  ]);
  assert.deepEqual(nextSteps(view({}, { claims, lastClaim: null })), [], 'not registered');
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
  const claim = { orders, lastClaim: NOW - 25 * HOUR };
  assert.deepEqual(nextSteps(view(due, claim)), [{ name: 'harvest', id: 1 }], 'rewards come in during a pause too');
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

test('alarms at 36 and 60 hours', () => {
  assert.deepEqual(
    [35, 36, 59, 60, 999].map((hours) => claimAlarm(NOW - hours * HOUR, NOW)),
    [null, 36, 36, 60, 60],
  );
});

test('a refused step is told and keeps none of the others back', async () => {
  const kept: KeeperStep[] = [];
  const chain = {
    view: async () => view({ harvested: true }, { orders: [ORDER], claims: [1, 2], lastClaim: NOW - 25 * HOUR }),
    keep: async (step: KeeperStep) => {
      if (step.name === 'harvest' && step.id === 1) throw new Error('the chain refuses');
      kept.push(step);
    },
  };
  const once = keepOnce(chain, makeLogger('keeper', 'silent'), { now: () => NOW });
  await assert.rejects(once, { code: 'keeper', message: 'the chain refuses' });
  assert.deepEqual(kept, [{ name: 'harvest', id: 2 }, { name: 'cut' }, { name: 'payorder', id: 1 }]);
});
