import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paidTwice, type Seat, type SettledWindow } from '../../../../cli/chaos/paid-twice.ts';

const settled = (window: number, eligible: string, voided = false): SettledWindow => ({ window, eligible, voided });
const seat = (index: number, shares: number, closing = 0): Seat => ({
  account: `member${index}`,
  index,
  shares,
  closing,
});

test('a share for each window in which a member was eligible is right', () => {
  const windows = [settled(10, '07'), settled(12, '05'), settled(14, '')];
  assert.equal(paidTwice(windows, [seat(0, 2), seat(1, 1), seat(2, 1, 1), seat(9, 0)]), 0);
  assert.equal(paidTwice([settled(10, '0002')], [seat(9, 1)]), 0);
  assert.equal(paidTwice([settled(10, '40')], [seat(6, 1), seat(2, 0)]), 0);
  assert.equal(paidTwice([], []), 0);
});

test('a share more than that is a window that was paid twice, one less is not', () => {
  const windows = [settled(10, '07'), settled(12, '05')];
  assert.equal(paidTwice(windows, [seat(0, 3), seat(1, 1), seat(2, 2)]), 1);
  assert.equal(paidTwice(windows, [seat(0, 2), seat(1, 2), seat(2, 2)]), 1);
  assert.equal(paidTwice(windows, [seat(0, 2, 1), seat(1, 1), seat(2, 2)]), 1);
  assert.equal(paidTwice(windows, [seat(0, 1), seat(1, 0), seat(2, 2)]), 0);
});

test('a void window gives nothing, and one that is there twice was settled twice', () => {
  assert.equal(paidTwice([settled(10, '01', true)], [seat(0, 1)]), 1);
  assert.equal(paidTwice([settled(10, '01'), settled(10, '01')], [seat(0, 2)]), 1);
});
