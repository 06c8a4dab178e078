import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventRecord } from '../../../common/events.ts';
import { firstSlot, SLOTS_PER_WINDOW } from '../../../common/slot.ts';
import { readStored } from '../../../common/stored-record.ts';
import { columnOf, detailOf } from '../../../dashboard/server/grid/column.ts';
import { fold } from '../../../dashboard/server/grid/fold.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { type GoldenRun, type GoldenWindow, goldenRuns } from '../../support/golden.ts';
import { cases, fc } from '../../support/property.ts';
import { MemoryGrid } from './support/memory-grid.ts';

/** The page's letter for one of the oracle's; see docs/metrics.md. */
function letterOf(metric: string): string {
  const same: Record<string, string> = { s: 'E', c: 'V', l: 'L', b: 'S', '-': '.' };
  return same[metric] ?? 'I';
}

function logsOf({ logs }: GoldenWindow): EventRecord[][] {
  return logs.map(({ records }) => records.map(readStored));
}

/** The oracle's grid of a window, of all of its logs. */
function measured(run: GoldenRun, golden: GoldenWindow) {
  const { window, seats, signers, blocks, config } = golden;
  const members = seats.filter(({ since, until }) => since <= window && (until === 0 || until >= window));
  const logs = logsOf(golden)
    .map((records) => {
      const own = records.filter((record) => record.window === window);
      const end = own.findIndex(({ event }) => event.type === 'window');
      const last = own[end]?.seq ?? 0;
      return { records: own.slice(0, end + 1), around: records.filter(({ seq }) => seq <= last) };
    })
    .filter(({ records }) => records.length > 0);
  const inside = blocks.filter(({ slot, producer }) => Math.floor(slot / 12) === window && producer === run.pool);
  const evidence = {
    chain: run.chain,
    pool: run.pool,
    window,
    logs,
    blocks: inside,
    members,
    signers: new Map(signers),
  };
  return measure({ ...evidence, eligiblePercent: config.eligiblePercent } as Parameters<typeof measure>[0]);
}

function folded(golden: GoldenWindow, order: (logs: EventRecord[][]) => [string, EventRecord][]): MemoryGrid {
  const grid = new MemoryGrid(new Map(golden.signers));
  for (const { account } of golden.seats) grid.row(account);
  for (const [emitter, record] of order(logsOf(golden))) fold(grid, emitter, record);
  return grid;
}

const named = (logs: EventRecord[][]) =>
  logs.flatMap((records, i) => records.map((record): [string, EventRecord] => [`emitter${i + 1}`, record]));

for (const [name, run] of goldenRuns()) {
  for (const golden of run.windows) {
    test(`${name}: the page shows in window ${golden.window} what the oracle counts`, () => {
      const grid = folded(golden, named);
      const { members } = measured(run, golden);
      const first = firstSlot(golden.window);
      for (const { name: account, grid: letters } of members) {
        const row = grid.row(account);
        const shown = Array.from({ length: SLOTS_PER_WINDOW }, (_, k) => {
          return columnOf(grid.slot(first + k)).cells[row] ?? '.';
        }).join('');
        assert.equal(shown, [...letters].map(letterOf).join(''), account);
      }
    });

    test(`${name}: each slot of window ${golden.window} has the chain's block`, () => {
      const grid = folded(golden, named);
      for (const { slot, id, producer } of golden.blocks) {
        if (producer === run.pool) assert.equal(columnOf(grid.slot(slot)).emitted?.id, id, `slot ${slot}`);
      }
    });
  }
}

test('whichever emitter is heard first, and whatever is heard twice, the columns are the same', () => {
  const [, run] = goldenRuns().find(([name]) => name === 'several') as [string, GoldenRun];
  const golden = run.windows[0] as GoldenWindow;
  const columns = (grid: MemoryGrid) => [...grid.slots.values()].sort((a, b) => a.slot - b.slot).map(columnOf);
  const wanted = columns(folded(golden, named));
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 3, maxLength: 40 }), fc.boolean(), (runs, isTwice) => {
      const mixed = folded(golden, (logs) => {
        const all = interleaved(logs, runs);
        return isTwice ? [...all, ...all] : all;
      });
      assert.deepEqual(columns(mixed), wanted);
    }),
    cases(60),
  );
});

/** The logs' records, some of one and then some of the next, each log in its own order. */
function interleaved(logs: EventRecord[][], runs: number[]): [string, EventRecord][] {
  const rest = logs.map((records, i) => ({ emitter: `emitter${i + 1}`, records: [...records] }));
  const all: [string, EventRecord][] = [];
  for (let turn = 0; rest.some(({ records }) => records.length > 0); turn++) {
    const { emitter, records } = rest[turn % rest.length] as (typeof rest)[number];
    const some = records.splice(0, (runs[turn % runs.length] ?? 0) + 1);
    all.push(...some.map((record): [string, EventRecord] => [emitter, record]));
  }
  return all;
}

test('a rescue marks its first slot and the blocks that lost their place, and says who is out', () => {
  const [, run] = goldenRuns().find(([name]) => name === 'kill') as [string, GoldenRun];
  const golden = run.windows[0] as GoldenWindow;
  const grid = folded(golden, named);
  const columns = [...grid.slots.values()].sort((a, b) => a.slot - b.slot);
  const rescues = columns.filter((state) => state.marks.includes('rescue'));
  assert.equal(rescues.length, 1);
  assert.match(
    detailOf(rescues[0] as (typeof columns)[number]).notes.join(),
    /^rescue \(connection_lost\): \d+ blocks of member\d in place of \d+, member\d is out$/,
  );
  const event = logsOf(golden)[0]?.find((record) => record.event.type === 'rescue')?.event;
  assert.equal(event?.type, 'rescue');
  const replaced = columns.filter((state) => state.marks.includes('replaced'));
  assert.equal(replaced.length, event?.type === 'rescue' ? event.replaced.length : 0);
});

test('a candidate that another emitter passed on says so', () => {
  const [, run] = goldenRuns().find(([name]) => name === 'several') as [string, GoldenRun];
  const golden = run.windows[0] as GoldenWindow;
  const [first = []] = logsOf(golden);
  const record = first.find(({ event }) => event.type === 'candidate') as EventRecord;
  const grid = new MemoryGrid(new Map(golden.signers));
  const [slot = 0] = fold(grid, 'emitter1', {
    ...record,
    event: { ...record.event, via: 'emitter2' } as EventRecord['event'],
  });
  assert.equal(detailOf(grid.slot(slot)).candidates[0]?.via, 'emitter2');
});

test('a window is open until its end is told, and then all its slots are there', () => {
  const [, run] = goldenRuns().find(([name]) => name === 'one') as [string, GoldenRun];
  const golden = run.windows[0] as GoldenWindow;
  const before = folded(golden, (logs) => {
    const [records = []] = logs;
    const end = records.findIndex(({ event }) => event.type === 'window' && event.window === golden.window);
    return records.slice(0, end).map((record): [string, EventRecord] => ['emitter1', record]);
  });
  const slot = firstSlot(golden.window);
  assert.equal(columnOf(before.slot(slot)).isOpen, true);
  assert.equal(columnOf(folded(golden, named).slot(slot)).isOpen, false);
});

test('what lies has no effect on other slots: leaks, poison, faults and strangers are told where they are', () => {
  const grid = new MemoryGrid(new Map([['0:aa', 'alice']]));
  const say = (event: unknown, window: number | null = 1): number[] =>
    fold(grid, 'e1', { v: 6, seq: 1, window, event, prev: '', hash: '' } as EventRecord);
  assert.deepEqual(
    say({ type: 'leak', at: 0, slot: 12, id: 'x', num: 1, signer: null, member: null, held: false }),
    [12],
  );
  assert.deepEqual(say({ type: 'poisoned', at: 0, slot: 13, signer: '0:aa', member: null, id: 'x' }), [13]);
  assert.deepEqual(say({ type: 'fault', at: 0, code: 'store', text: 'gone' }), [12]);
  assert.deepEqual(say({ type: 'fault', at: 0, code: 'store', text: 'gone' }, null), []);
  assert.deepEqual(say({ type: 'standby', at: 0, slot: 14, signer: '0:bb', member: null }), []);
  assert.deepEqual(columnOf(grid.slot(12)).marks, ['leak']);
  assert.deepEqual(columnOf(grid.slot(13)).marks, ['poisoned']);
  assert.deepEqual(grid.slot(13).notes, [
    'alice builds beside a block that it was given: its node has to be restarted',
  ]);
  assert.deepEqual(say({ type: 'something-new', at: 0 }), []);
});
