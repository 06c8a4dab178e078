import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column, GridRow } from '../../../dashboard/api.ts';
import { latencySeries, sayLatency } from '../../../dashboard/page/live/series.ts';
import { cellOf, isEmitterChange, sayCell, sayColumn } from '../../../dashboard/page/live/words.ts';

const rows: GridRow[] = ['alice', 'bob', 'carol'].map((account) => ({ account, isMember: true }));

function column(slot: number, more: Partial<Column> = {}): Column {
  return { slot, cells: '...', views: {}, emitted: null, marks: [], isOpen: false, ...more };
}

function left(emitter: string, arrivedMs = 100, addedUs = 400): Pick<Column, 'emitted'> {
  return { emitted: { id: 'ab', member: 'alice', emitter, arrivedMs, addedUs } };
}

test('a slot in words names window, slot and members by state', () => {
  const one = column(123 * 12 + 5, { cells: 'EV.', ...left('emitter1') });
  assert.equal(sayColumn(one, rows), 'slot 5 of window 123: alice emitted, bob valid, carol missing');
});

test('a slot in which nothing left says so; while its window is open nothing is called missing', () => {
  assert.equal(
    sayColumn(column(12, { cells: 'LS.' }), rows),
    'slot 0 of window 1: no block left, alice late, bob standing by, carol missing',
  );
  assert.equal(
    sayColumn(column(12, { cells: 'V..', isOpen: true }), rows),
    'slot 0 of window 1: alice valid, bob not there yet, carol not there yet',
  );
});

test('many members of one state are counted, those who left are not told', () => {
  const many: GridRow[] = Array.from({ length: 100 }, (_, i) => ({ account: `member${i}`, isMember: i !== 99 }));
  const one = column(24, { cells: `E${'V'.repeat(98)}.`, marks: ['rescue'], ...left('emitter1') });
  assert.equal(sayColumn(one, many), 'slot 0 of window 2: member0 emitted, 98 valid, rescue');
});

test('a cell is told for all emitters or for one, and a row that came later is missing', () => {
  const one = column(12, { cells: 'EV', views: { emitter2: 'V' } });
  assert.equal(cellOf(one, 1), 'V');
  assert.equal(cellOf(one, 2), '.');
  assert.equal(cellOf(one, 0, 'emitter2'), 'V');
  assert.equal(cellOf(one, 0, 'emitter3'), '.');
  assert.equal(sayCell(one, 0, rows, null), 'alice, slot 0 of window 1: emitted');
  assert.equal(sayCell(one, 1, rows, 'emitter2'), 'bob, slot 0 of window 1: missing for emitter2');
});

test('another emitter than for the last emitted block before is a change, whatever lies between', () => {
  const columns = [column(1, left('one')), column(2), column(3, left('one')), column(4), column(5, left('two'))];
  assert.deepEqual(
    columns.map((_, index) => isEmitterChange(columns, index)),
    [false, false, false, false, true],
  );
});

test('the plot has a gap where nothing left, added latency in ms, and its medians in a sentence', () => {
  const columns = [column(1, left('one', 90, 500)), column(2), column(3, left('one', 110, 700))];
  assert.deepEqual(latencySeries(columns), [
    [0, 1, 2],
    [90, null, 110],
    [0.5, null, 0.7],
  ]);
  assert.match(sayLatency(columns), /arrive 90 ms after .* adds 0\.50 ms/);
  assert.equal(sayLatency([column(1)]), 'No block left in the slots shown.');
});
