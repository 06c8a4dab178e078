import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { chainRecord, GENESIS_HASH, type PoolEvent, type RunStart } from '../../../common/events.ts';
import { toPlain } from '../../../common/plain.ts';
import { firstSlot } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { QuarantineLedger } from '../../../emitter/log/quarantine.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { reduce } from '../../../emitter/select/reducer.ts';
import { initialState, type SelectState } from '../../../emitter/select/state.ts';
import { SELECT_DEFAULTS } from '../../../emitter/select/types.ts';
import { type Entry, forge, recordsOf } from '../../support/log-forge.ts';
import { writeLog } from '../../support/log-world.ts';
import { cases, fc } from '../../support/property.ts';
import type { World } from '../../support/select-world.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-quarantine-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const fileOf = (name: string) => path.join(dir, `${name}.sqlite`);

const WINDOWS = 3;
const rejected = (signer: string, window: number): PoolEvent => {
  const place = { at: 1, slot: firstSlot(window), id: 'ab'.repeat(32), num: 1 };
  return { type: 'rejected', ...place, signer, member: null, header: '' };
};
const closed = (window: number): PoolEvent => ({
  type: 'window',
  at: 1,
  window,
  emitted: 12,
  strategy: 'first-delivered',
});
const lifted: PoolEvent = { type: 'fault', at: 1, code: 'all_rejected', text: '' };

function ledgerOf(events: PoolEvent[]): QuarantineLedger {
  const ledger = new QuarantineLedger();
  for (const [i, event] of events.entries()) ledger.note(chainRecord(i + 1, null, event, GENESIS_HASH));
  return ledger;
}

function left(events: PoolEvent[], running: number | null = null): Record<string, number> {
  const restored = ledgerOf(events).restored(WINDOWS, running, 5);
  return Object.fromEntries(restored.map(({ signer, windows }) => [signer, windows]));
}

test('a member sits out as many of the pool’s windows as configured, less those that were closed since', () => {
  assert.deepEqual(left([rejected('a', 10)]), { a: 3 });
  assert.deepEqual(left([rejected('a', 10)], 10), { a: 4 }, 'and the running one, in which it was');
  assert.deepEqual(left([rejected('a', 10), closed(10), closed(14)]), { a: 2 });
  assert.deepEqual(left([rejected('a', 10), closed(14), closed(18), closed(22)]), {});
  assert.deepEqual(left([rejected('b', 10), closed(14), rejected('a', 18), rejected('b', 18)]), { a: 3, b: 3 });
});

test('after a restart with fewer windows nobody sits out more than these, whatever the checkpoint says', () => {
  const state = toPlain({ quarantine: new Map([['a', 15]]) }) as object;
  const said = { at: 1, start: {} as RunStart, state, signer: '', signature: '' };
  const point: PoolEvent = { type: 'checkpoint', window: 10, ...said };
  assert.deepEqual(left([point, closed(14)]), { a: WINDOWS - 1 });
  assert.deepEqual(left([point, ...[14, 18, 22].map(closed)]), {});
});

test('when all were tried again nobody sits out any more', () => {
  assert.deepEqual(left([rejected('a', 10), lifted]), {});
  assert.deepEqual(left([rejected('a', 10), lifted, rejected('b', 14)]), { b: 3 });
});

test('a log that was pruned begins with what its checkpoint says; later checkpoints add nothing', () => {
  const state = toPlain({ quarantine: new Map([['a', 2]]) }) as object;
  const said = { at: 1, start: {} as RunStart, state, signer: '', signature: '' };
  const point: PoolEvent = { type: 'checkpoint', window: 10, ...said };
  assert.deepEqual(left([point, closed(14)]), { a: 1 });
  assert.deepEqual(left([point, closed(14), closed(18)]), {});
  assert.deepEqual(left([closed(10), point]), {});
});

test('restarts at any point change nothing in who is out in which window', () => {
  const window = fc.record({
    refused: fc.subarray(['a', 'b', 'c', 'd']),
    restart: fc.constantFrom('no', 'before', 'within'),
  });
  fc.assert(
    fc.property(fc.array(window, { maxLength: 12 }), (windows) => {
      const config = { ...SELECT_DEFAULTS, quarantineWindows: WINDOWS };
      const tip = { id: 'tip', num: 1, slot: 1, previous: '' };
      const begin = () => Object.assign(initialState(config), { tip });
      const twin = begin();
      let state: SelectState = begin();
      const events: PoolEvent[] = [];
      const restart = () => {
        const running = state.window?.id ?? null;
        state = begin();
        if (running !== null) reduce(state, { type: 'turn', at: 0, window: running });
        for (const event of ledgerOf(events).restored(WINDOWS, running, 0)) reduce(state, event);
      };
      for (const [n, { refused, restart: when }] of windows.entries()) {
        const id = 10 + 4 * n;
        // Closed before the next one is opened, as by the clock.
        if (n > 0) {
          events.push(closed(id - 4));
          state.window = null;
          twin.window = null;
        }
        if (when === 'before') restart();
        for (const one of [state, twin]) {
          reduce(one, { type: 'turn', at: 0, window: id });
          for (const signer of refused) {
            one.window?.out.add(signer);
            one.quarantine.set(signer, WINDOWS);
          }
        }
        events.push(...refused.map((signer) => rejected(signer, id)));
        if (when === 'within') restart();
        assert.deepEqual([...(state.window?.out ?? [])].sort(), [...(twin.window?.out ?? [])].sort(), `window ${n}`);
        assert.deepEqual([...state.quarantine].sort(), [...twin.quarantine].sort(), `window ${n}`);
      }
    }),
    cases(1000),
  );
});

const steady = { gain: 50, busy: Array(12).fill(true), jitter: [], misses: false, confirmed: 12 };
/** Three windows; the fastest member's bodies are invalid. */
const WORLD: World = {
  members: [0, 10, 20].map((latency) => ({ ...steady, latency })),
  invalid: { members: [0], afterMs: 230 },
  ...{ failures: [], windows: 3, parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
};
const isQuarantine = ({ event }: Entry) =>
  event.type === 'input' && (event.input as { type: string }).type === 'quarantine';

function checked(file: string) {
  const log = new EventLogReader(file);
  try {
    return verifyLog(log, [new Replay()]);
  } finally {
    log.close();
  }
}

/** The emitter was killed in the second window. */
function restarted(name: string): Entry[] {
  writeLog(fileOf(name), WORLD, { killAt: 20, unsigned: true });
  return recordsOf(fileOf(name)).map(({ window, event }) => ({ window, event }));
}

test('an emitter that is killed and started again keeps a refused member out, and the replay agrees', () => {
  const entries = restarted('kept');
  assert.equal(entries.filter(isQuarantine).length, 1);
  const at = entries.findIndex(isQuarantine);
  const later = entries.slice(at).flatMap(({ event }) => (event.type === 'decision' ? [event.signer] : []));
  assert.ok(later.length > 12);
  assert.ok(!later.includes('0:member0'), `${later}`);
  assert.equal(checked(fileOf('kept')).why, null);
});

for (const [name, change, says] of [
  [
    'is forgotten',
    (all: Entry[]) => all.filter((one) => !isQuarantine(one)),
    /who sat out in the run before was not restored/,
  ],
  [
    'is made up',
    (all: Entry[]) => {
      const found = all.find(isQuarantine)?.event as unknown as { input: { signer: string } };
      found.input.signer = '0:member1';
      return all;
    },
    /restores a quarantine that the log does not have/,
  ],
] as const) {
  test(`a quarantine that ${name} at a restart is found`, () => {
    const file = fileOf(`forged ${name}`);
    forge(file, change(restarted(name)));
    assert.match(checked(file).why ?? '', says);
  });
}

test('the store gives what a quarantine can be known from, no further back than needed', () => {
  const store = new SqliteStore(fileOf('store'), 'process');
  const entries = [rejected('old', 10), closed(10), closed(14), rejected('a', 18), closed(18), closed(22), closed(26)];
  store.append(entries.map((event) => ({ window: null, event })));
  const kinds = (windows: number) => store.quarantineRecords(windows).map(({ event }) => event.type);
  assert.deepEqual(kinds(3), ['rejected', 'window', 'window', 'window']);
  assert.deepEqual(
    kinds(10),
    entries.map(({ type }) => type),
  );
  store.close();
});
