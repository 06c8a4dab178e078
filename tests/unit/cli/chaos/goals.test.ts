import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS, type Kind, VICTIMS } from '../../../../cli/chaos/draw.ts';
import { missedGoals, type Row, type Totals } from '../../../../cli/chaos/goals.ts';
import { chaosTable } from '../../../../cli/chaos/table.ts';

const row = (kind: Kind, more: Partial<Row> = {}): Row => ({
  ...{ kind, times: 5, slots: 120, missed: 0, emittedTwice: 0, publicForkSwitches: 0 },
  recovery: { p50: 300, p99: 480 },
  ...more,
});

function totals(kind: Kind, rows: Row[], more: Partial<Totals> = {}): Totals {
  const missed = rows.reduce((sum, each) => sum + each.missed, 0);
  return { ...row(kind, { missed }), eventsLost: 0, paidTwice: 0, unseen: 0, rows, ...more };
}

test('a run in which nothing was lost, doubled or missed has reached all goals', () => {
  for (const kind of KINDS) assert.deepEqual(missedGoals(totals(kind, [row(kind)])), []);
});

test('a missed slot is a missed goal for every victim but a leader', () => {
  for (const kind of VICTIMS) {
    const sentences = missedGoals(totals(kind, [row(kind, { missed: 2 })]));
    const expected = `2 slots were missed in windows with a killed ${kind}, and none may be`;
    assert.deepEqual(sentences, kind === 'leader' ? [] : [expected]);
  }
});

test('in a mix the windows of leaders may miss slots, those of others may not', () => {
  const rows = [row('leader', { missed: 3 }), row('nats'), row('relay', { missed: 1 })];
  assert.deepEqual(missedGoals(totals('mix', rows)), [
    '1 slots were missed in windows with a killed relay, and none may be',
  ]);
});

for (const name of ['emittedTwice', 'eventsLost', 'paidTwice', 'unseen'] as const) {
  test(`${name} has to be 0 whoever is killed`, () => {
    for (const kind of KINDS) {
      const sentences = missedGoals(totals(kind, [row(kind)], { [name]: 1 }));
      assert.equal(sentences.length, 1);
      assert.match(sentences[0] ?? '', /^1 /);
    }
  });
}

test('the table of a mix has a row for each victim and one over all', () => {
  const rows = [row('nats'), row('leader', { missed: 3, recovery: { p50: null, p99: null } })];
  const lines = chaosTable(totals('mix', rows, { times: 10, slots: 240, eventsLost: 7, paidTwice: 8 })).split('\n');
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  assert.equal(lines.length, 6);
  assert.equal(new Set(lines.slice(0, 5).map(({ length }) => length)).size, 1);
  assert.deepEqual(cells[2], ['', 'nats', '5', '120', '0', '0', '0', '–', '–', '300', '480', '']);
  assert.deepEqual(cells[3], ['', 'leader', '5', '120', '3', '0', '0', '–', '–', '–', '–', '']);
  assert.deepEqual(cells[4], ['', 'mix', '10', '240', '3', '0', '0', '7', '8', '300', '480', '']);
});

test('the table of one kind has one row, with what is counted for the whole run', () => {
  const lines = chaosTable(totals('relay', [row('relay')], { eventsLost: 1 })).split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[2] ?? '', /^\| relay +\| 5 +\| 120 +\| 0 +\| 0 +\| 0 +\| 1 +\| 0 +\| 300 +\| 480 +\|$/);
});
