import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Column } from '../../../dashboard/api.ts';
import { LiveStore, MOST_COLUMNS } from '../../../dashboard/page/live/store.ts';
import { cases, fc } from '../../support/property.ts';

function column(slot: number, cells = 'V'): Column {
  return { slot, cells, views: {}, emitted: null, marks: [], isOpen: false };
}

function storeOf(...slots: number[]): LiveStore {
  const store = new LiveStore();
  const rows = [{ account: 'alice', isMember: true }];
  store.reset({ pool: 'poolbp', rows, columns: slots.map((slot) => column(slot)), emitters: [] });
  return store;
}

const slotsOf = (store: LiveStore) => store.columns.map(({ slot }) => slot);

test('a changed column takes its own place, a new one its own, and the others stay the same objects', () => {
  const store = storeOf(10, 12, 13);
  const [first, , last] = store.columns;
  store.change({ columns: [column(12, 'E'), column(11), column(14)] });
  assert.deepEqual(slotsOf(store), [10, 11, 12, 13, 14]);
  assert.equal(store.columns[2]?.cells, 'E');
  assert.equal(store.columns[0], first);
  assert.equal(store.columns[3], last);
});

test('a change of a window older than what is loaded is left to the history', () => {
  const store = storeOf(22, 23);
  store.change({ columns: [column(11)] });
  assert.deepEqual(slotsOf(store), [22, 23]);
});

test('the first slots of the oldest window can become known after the later ones', () => {
  const store = storeOf(20, 21);
  store.change({ columns: [column(13, 'S'), column(12, 'S')] });
  assert.deepEqual(slotsOf(store), [12, 13, 20, 21]);
});

test('older columns come before, never twice, and an empty answer ends them', () => {
  const store = storeOf(10, 11);
  store.prepend([column(9), column(8), column(10, 'E')]);
  assert.deepEqual(slotsOf(store), [8, 9, 10, 11]);
  assert.equal(store.columns[2]?.cells, 'V');
  assert.equal(store.hasOlder, true);
  store.prepend([]);
  assert.equal(store.hasOlder, false);
});

test('a reset lets go of what was known, so that no gap stays unseen', () => {
  const store = storeOf(10, 11);
  store.prepend([]);
  store.reset({ pool: 'poolbp', rows: [], columns: [column(40)], emitters: [] });
  assert.deepEqual(slotsOf(store), [40]);
  assert.equal(store.hasOlder, true);
});

test('what is kept is bounded, and what was let go of can be loaded again', () => {
  const store = storeOf(...Array.from({ length: MOST_COLUMNS }, (_, i) => i + 1));
  store.prepend([]);
  store.change({ columns: [column(MOST_COLUMNS + 1)] });
  assert.equal(store.columns.length, MOST_COLUMNS);
  assert.equal(store.columns[0]?.slot, 2);
  assert.equal(store.hasOlder, true);
});

test('however changes come, slots stand in order, once each, with the newest text', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer({ min: 5, max: 40 }), { maxLength: 8 })), (batches) => {
      const store = storeOf(5);
      const wanted = new Map([[5, 'V']]);
      for (const [turn, slots] of batches.entries()) {
        store.change({ columns: slots.map((slot) => column(slot, `${turn}`)) });
        for (const slot of slots) wanted.set(slot, `${turn}`);
      }
      const sorted = [...wanted].sort(([a], [b]) => a - b);
      assert.deepEqual(
        store.columns.map(({ slot, cells }) => [slot, cells]),
        sorted,
      );
    }),
    cases(300),
  );
});
