import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../../dashboard/api.ts';
import { stepFrom, stepOf } from '../../../dashboard/page/live/focus.ts';
import {
  CELL_WIDTH,
  cellAt,
  fitting,
  indexAfter,
  ROW_HEIGHT,
  shiftOf,
  spanOf,
} from '../../../dashboard/page/live/layout.ts';

function columnsOf(...slots: number[]): Column[] {
  return slots.map((slot) => ({ slot, cells: '', views: {}, emitted: null, marks: [], isOpen: false }));
}

const ten = columnsOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

test('60 columns fit 840 pixels, and one fits whatever is given', () => {
  assert.equal(fitting(60 * CELL_WIDTH), 60);
  assert.equal(fitting(60 * CELL_WIDTH - 1), 59);
  assert.equal(fitting(0), 1);
});

test('live shows the newest columns, a place in the history those up to it, the beginning a full page', () => {
  assert.deepEqual(spanOf(ten, null, 4), { first: 6, end: 10 });
  assert.deepEqual(spanOf(ten, 7, 4), { first: 3, end: 7 });
  assert.deepEqual(spanOf(ten, 2, 4), { first: 0, end: 4 });
  assert.deepEqual(spanOf(ten, null, 40), { first: 0, end: 10 });
  assert.deepEqual(spanOf([], null, 4), { first: 0, end: 0 });
});

test('a slot that is not there has the place behind the one before it', () => {
  const columns = columnsOf(10, 20, 30);
  assert.deepEqual(
    [9, 10, 15, 20, 30, 31].map((slot) => indexAfter(columns, slot)),
    [0, 1, 1, 2, 3, 3],
  );
});

test('a point is the cell that is painted there, and none outside', () => {
  const span = { first: 6, end: 10 };
  assert.deepEqual(cellAt(0, 0, span, 3), { column: 6, row: 0 });
  assert.deepEqual(cellAt(CELL_WIDTH * 4 - 1, ROW_HEIGHT * 3 - 1, span, 3), { column: 9, row: 2 });
  assert.equal(cellAt(CELL_WIDTH * 4, 0, span, 3), null);
  assert.equal(cellAt(0, ROW_HEIGHT * 3, span, 3), null);
  assert.equal(cellAt(-1, 0, span, 3), null);
});

test('a picture that moved by some columns is moved, one with nothing in common is drawn anew', () => {
  assert.equal(shiftOf(ten.slice(0, 4), ten.slice(1, 5)), 1);
  assert.equal(shiftOf(ten.slice(0, 4), ten.slice(0, 4)), 0);
  assert.equal(shiftOf(ten.slice(0, 4), ten.slice(5, 9)), null);
  assert.equal(shiftOf(ten.slice(4, 8), ten.slice(0, 4)), null);
  assert.equal(shiftOf([], ten), null);
  assert.equal(shiftOf(ten, []), null);
});

test('keys go to neighbours, pages and ends, and stay within the grid', () => {
  const size = { columns: 10, rows: 3 };
  const from = { column: 5, row: 1 };
  const to = (key: string, ctrl = false) => {
    const step = stepOf(key, ctrl, 4);
    return step && stepFrom(from, step, size);
  };
  assert.deepEqual(to('ArrowLeft'), { column: 4, row: 1 });
  assert.deepEqual(to('ArrowDown'), { column: 5, row: 2 });
  assert.deepEqual(to('PageUp'), { column: 1, row: 1 });
  assert.deepEqual(to('PageDown'), { column: 9, row: 1 });
  assert.deepEqual(to('Home'), { column: 0, row: 1 });
  assert.deepEqual(to('End'), { column: 9, row: 1 });
  assert.deepEqual(to('Home', true), { column: 5, row: 0 });
  assert.deepEqual(to('End', true), { column: 5, row: 2 });
  assert.equal(to('a'), null);
  assert.deepEqual(stepFrom({ column: 0, row: 0 }, { columns: -1, rows: -1 }, size), { column: 0, row: 0 });
});
