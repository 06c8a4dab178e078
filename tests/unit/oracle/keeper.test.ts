import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeLogger } from '../../../common/logger.ts';
import { claimAlarm, type KeeperAction, keepOnce, nextKeeperAction } from '../../../oracle/keeper/keeper.ts';
import { POOL } from './support/events.ts';

const HOUR = 3_600_000;
const NOW = 1000 * HOUR;
const CONFIG = {
  ...{ producer: POOL, eligiblePercent: 50, disputeSeconds: 60, harvested: false, lastWindow: 5 },
  ...{ closingThrough: 0, closingSettledAt: 0, closedThrough: 0 },
};

test('rewards are claimed once a day', () => {
  assert.equal(nextKeeperAction(CONFIG, NOW - 23 * HOUR, NOW), null);
  assert.equal(nextKeeperAction(CONFIG, NOW - 25 * HOUR, NOW), 'harvest');
  assert.equal(nextKeeperAction(CONFIG, null, NOW), null, 'not registered');
});

test('an epoch with income is cut, and closed when its time to dispute is over', () => {
  const lately = NOW - HOUR;
  assert.equal(nextKeeperAction({ ...CONFIG, harvested: true }, lately, NOW), 'cut');
  const cut = { ...CONFIG, closingThrough: 5, closingSettledAt: NOW - 59_000 };
  assert.equal(nextKeeperAction(cut, lately, NOW), null);
  assert.equal(nextKeeperAction(cut, lately, NOW + 1000), 'close');
  const closed = { ...cut, closedThrough: 5 };
  assert.equal(nextKeeperAction({ ...closed, harvested: true }, lately, NOW), null, 'no new windows');
});

test('alarms at 36 and 60 hours', () => {
  assert.deepEqual(
    [35, 36, 59, 60, 999].map((hours) => claimAlarm(NOW - hours * HOUR, NOW)),
    [null, 36, 36, 60, 60],
  );
});

test('one look does one step', async () => {
  const kept: KeeperAction[] = [];
  const chain = {
    config: async () => ({ ...CONFIG, harvested: true }),
    lastClaim: async () => NOW - HOUR,
    now: async () => NOW,
    keep: async (action: KeeperAction) => void kept.push(action),
  };
  await keepOnce(chain, makeLogger('keeper', 'silent'), { now: () => NOW });
  assert.deepEqual(kept, ['cut']);
});
