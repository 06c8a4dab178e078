import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Backtester } from '../../../cli/log/backtest.ts';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { EVENT_VERSION, type EventRecord, type PoolEvent } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';
import { type VerifiedLog, verifyLog } from '../../../common/verify-log.ts';
import { type Entry, forge, recordsOf } from '../../support/log-forge.ts';
import { type LogOptions, writeLog } from '../../support/log-world.ts';
import { cases, fc } from '../../support/property.ts';
import { block, type MemberPlan, poolWindow, type World } from '../../support/select-world.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-replay-'));
after(() => rmSync(dir, { recursive: true, force: true }));

let files = 0;
function newFile(): string {
  return path.join(dir, `${++files}.sqlite`);
}

function checked(file: string): VerifiedLog & { counts: Replay['counts'] } {
  const log = new EventLogReader(file);
  const replay = new Replay();
  try {
    return { ...verifyLog(log, [replay]), counts: replay.counts };
  } finally {
    log.close();
  }
}

const steady: MemberPlan = {
  ...{ gain: 50, latency: 10, jitter: [], misses: false, confirmed: 12 },
  busy: new Array(12).fill(true),
};
/** Two members; the one that is first dies in the second window. */
const WORLD: World = {
  members: [steady, { ...steady, latency: 30 }],
  failures: [{ member: 0, window: 1, slot: 5, afterMs: 10, silent: false }],
  ...{ windows: 3, parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
};

function written(options: LogOptions = {}, world = WORLD): string {
  const file = newFile();
  writeLog(file, world, options);
  return file;
}

const twelve = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 12, maxLength: 12 });
const member: fc.Arbitrary<MemberPlan> = fc.record({
  gain: fc.integer({ min: 0, max: 150 }),
  latency: fc.integer({ min: 0, max: 400 }),
  busy: twelve(fc.boolean()),
  jitter: twelve(fc.integer({ min: 0, max: 600 })),
  misses: fc.boolean(),
  confirmed: fc.constantFrom(0, 12),
});
const failure = fc.record({
  member: fc.nat(3),
  window: fc.nat(1),
  slot: fc.integer({ min: -1, max: 11 }),
  afterMs: fc.nat(600),
  silent: fc.boolean(),
});
const worlds: fc.Arbitrary<World> = fc.record({
  members: fc.array(member, { minLength: 1, maxLength: 4 }),
  failures: fc.array(failure, { maxLength: 3 }),
  windows: fc.integer({ min: 1, max: 3 }),
  parentLateMs: fc.integer({ min: -600, max: 900 }),
  cpuUs: fc.constantFrom(0, 300, 150_000),
  nextLateMs: fc.nat(400),
});
const once = fc.option(fc.integer({ min: 1, max: 24 }), { nil: undefined });
const endings = fc.record({
  failFence: once,
  killAt: once,
  keepWindows: fc.constantFrom(0, 1),
  cut: fc.boolean(),
});

test('whatever happened, refused fences, kills and pruning included, the log replays to the same decisions', () => {
  let decisions = 0;
  let checkpoints = 0;
  fc.assert(
    fc.property(worlds, endings, (world, options) => {
      const file = written(options as LogOptions, world);
      const { ok, why, firstBad, counts } = checked(file);
      rmSync(file);
      assert.ok(ok, `record ${firstBad}: ${why}`);
      decisions += counts.decisions;
      checkpoints += counts.checkpoints;
    }),
    cases(100),
  );
  assert.ok(decisions > 700 && checkpoints > 10, `${decisions} decisions, ${checkpoints} states compared`);
});

test('what a kill left replays, wherever it cut the log off', () => {
  const records = recordsOf(written({ killAt: 6, failFence: 9 }));
  for (let n = 0; n <= records.length; n += 3) {
    const replay = new Replay();
    const wrong = records.slice(0, n).map((record) => replay.take(record));
    assert.ok(
      wrong.every((why) => why === null),
      `cut at ${n}: ${wrong.find((why) => why !== null)}`,
    );
  }
});

test('the counts are those of what happened', () => {
  const { counts } = checked(written({ failFence: 3, killAt: 30 }));
  const events = recordsOf(written({ failFence: 3, killAt: 30 })).map(({ event }) => event);
  const count = (type: PoolEvent['type']) => events.filter((event) => event.type === type).length;
  assert.equal(counts.decisions, count('decision'));
  assert.equal(counts.closings, count('window'));
  assert.equal(counts.rescues, count('rescue'));
  assert.deepEqual([counts.starts, counts.refused], [2, 1]);
  assert.ok(counts.rescues > 0);
});

/** The log's records with one change, its chain made right again, and without signatures: only the choice can tell. */
function forged(change: (entries: Entry[]) => Entry[], options: LogOptions = {}): VerifiedLog {
  const entries = recordsOf(written({ unsigned: true, ...options })).map(({ window, event }) => ({ window, event }));
  const file = newFile();
  forge(file, change(structuredClone(entries)));
  return checked(file);
}

type Of<T extends PoolEvent['type']> = Extract<PoolEvent, { type: T }>;

/** Changes the nth event of a type. */
function changed<T extends PoolEvent['type']>(type: T, n: number, change: (event: Of<T>, all: Entry[]) => void) {
  return (entries: Entry[]) => {
    const found = entries.filter(({ event }) => event.type === type)[n] as Entry;
    change(found.event as Of<T>, entries);
    return entries;
  };
}

function without(type: PoolEvent['type'], n: number) {
  return (entries: Entry[]) => {
    const found = entries.filter(({ event }) => event.type === type)[n];
    return entries.filter((entry) => entry !== found);
  };
}

test('a log forged without a change passes: it is the change that is found', () => {
  assert.equal(forged((entries) => entries).ok, true);
});

const LIES: [string, (entries: Entry[]) => Entry[], RegExp][] = [
  [
    'a decision for another member',
    changed('decision', 4, (event) => {
      event.signer = '0:member1';
    }),
    /the inputs lead to the decision/,
  ],
  [
    'a decision at another time',
    changed('decision', 4, (event) => {
      event.at++;
    }),
    /it says otherwise/,
  ],
  ['a decision left out', without('decision', 4), /the inputs lead to|has to come before it|was not decided/],
  ['a rescue left out', without('rescue', 0), /the rescue by .* has to come before/],
  [
    'a rescue that replaced fewer blocks than it says',
    changed('rescue', 0, (event) => {
      event.replaced.push('ff'.repeat(32));
    }),
    /the inputs lead to the rescue/,
  ],
  ['an end of a window left out', without('window', 0), /the end of window .* has to come before/],
  [
    'an end that says more was emitted',
    changed('window', 2, (event) => {
      event.emitted++;
    }),
    /the inputs lead to the end of window/,
  ],
  [
    'an end under another strategy’s name',
    changed('window', 1, (event) => {
      event.strategy = 'rotate';
    }),
    /the inputs lead to the end of window/,
  ],
  ['a candidate left out that was chosen', without('candidate', 0), /the inputs lead to|follows from no input/],
  [
    'a candidate that came earlier than it did',
    changed('candidate', 1, (event, all) => {
      const first = all.find((entry) => entry.event.type === 'candidate') as Entry;
      event.reducedAt = (first.event as Of<'candidate'>).at - 50;
      const at = all.findIndex((entry) => entry.event === event);
      all.splice(all.indexOf(first), 0, ...all.splice(at, 1));
    }),
    /has to come before it/,
  ],
  [
    'an emission of what was not decided',
    changed('emission', 3, (event) => {
      event.id = 'ab'.repeat(32);
    }),
    /not decided/,
  ],
  [
    'a fence that is said to have failed',
    (entries) => {
      const at = entries.findIndex(({ event }) => event.type === 'decision') + 2;
      const { window } = entries[at] as Entry;
      const input = { type: 'fence-failed', at: 1, window, step: 0 };
      return entries.toSpliced(at, 0, { window, event: { type: 'input', at: 1, input } });
    },
    /takes back an emission that was not due/,
  ],
  [
    'an input that is none',
    changed('input', 2, (event) => {
      event.input = { type: 'public', at: event.at };
    }),
    /the selection cannot take it|the inputs lead to|follows from no input/,
  ],
  ['the start left out', without('start', 0), /before any start/],
  [
    'records that were lost',
    (entries) => entries.toSpliced(40, 0, { window: null, event: { type: 'gap', at: 1, lost: 3 } }),
    /3 records were lost here/,
  ],
];

for (const [name, change, says] of LIES) {
  test(`${name}: found, with its chain right`, () => {
    const { ok, why, firstBad } = forged(change);
    assert.equal(ok, false);
    assert.match(why ?? '', says);
    assert.ok(firstBad);
  });
}

test('a restart that forgets what was decided, or makes something up, is found', () => {
  const options = { killAt: 6 };
  const isDecided = ({ event }: Entry) =>
    event.type === 'input' && (event.input as { type: string }).type === 'decided';
  const forgets = forged((entries) => entries.filter((entry) => !isDecided(entry)), options);
  assert.match(forgets.why ?? '', /was not restored/);
  const invents = forged((entries) => {
    const { event } = entries.find(isDecided) as Entry;
    (event as unknown as { input: { signer: string } }).input.signer = '0:member1';
    return entries;
  }, options);
  assert.match(invents.why ?? '', /restores a decision that the log does not have/);
});

/** What replays say of records that are in the log of a release with this schema. */
function judgedAs(v: number, entries: Entry[]): string | null {
  const replay = new Replay();
  const said = entries.map(({ window, event: written }, seq) => {
    const { previous: _, ...old } = written as Of<'decision'>;
    const event = written.type === 'decision' && v < 6 ? old : written;
    return replay.take({ v, seq, window, event, prev: '', hash: '' });
  });
  return said.find((why) => why !== null) ?? null;
}

/** The only member's bodies are invalid: in the second window all are tried again. */
const ALL_REFUSED: World = { ...WORLD, members: [steady], failures: [], invalid: { members: [0], afterMs: 230 } };
const isLifted = ({ event }: Entry) => event.type === 'fault' && event.code === 'all_rejected';

test('that all are tried again follows from the inputs: one left out, made up or at another time is found', () => {
  const file = written({ unsigned: true }, ALL_REFUSED);
  assert.equal(checked(file).why, null);
  const entries = recordsOf(file).map(({ window, event }) => ({ window, event }));
  const at = entries.findIndex(isLifted);
  assert.ok(at > 0);
  const told = entries[at] as Entry;
  assert.match(
    judgedAs(4, entries.toSpliced(at, 1)) ?? '',
    /has to come before it|the inputs lead to the fault all_rejected/,
  );
  assert.match(
    judgedAs(4, entries.toSpliced(at - 3, 0, told)) ?? '',
    /the fault all_rejected follows from no input|lead to/,
  );
  const later = { ...told, event: { ...told.event, at: told.event.at + 1 } };
  assert.match(judgedAs(4, entries.with(at, later)) ?? '', /and it says otherwise/);
  const reworded = { ...told, event: { ...told.event, text: 'as a later release says it' } as PoolEvent };
  assert.equal(judgedAs(4, entries.with(at, reworded)), null);
});

test('a log of schema 3 is judged by its own rules: faults at the time they were written, nobody named as put out', () => {
  for (const world of [ALL_REFUSED, WORLD]) {
    const file = written({ unsigned: true }, world);
    const entries = recordsOf(file).map(({ window, event }): Entry => {
      if (event.type === 'fault') return { window, event: { ...event, at: event.at + 1 } };
      const { failed: _, ...old } = event as Of<'decision'>;
      return { window, event: event.type === 'rescue' ? event : old };
    });
    assert.equal(judgedAs(3, entries), null);
    assert.notEqual(judgedAs(4, entries), null, 'by today’s rules it would not pass');
  }
});

test('a rescue that replaced nothing is restored as one after a restart, and a lie about it is found', () => {
  // Empty blocks: both members make the same ones, the second one's come late, its slot 6 on top of what the first one has made.
  const members = WORLD.members.map((one, m) => ({ ...one, busy: Array(12).fill(false), latency: m * 1300 }));
  const world = { ...WORLD, members, windows: 2 };
  const rescued = recordsOf(written({ unsigned: true }, world)).filter(({ event }) => event.type === 'decision');
  const nth = rescued.findIndex(({ event }) => event.type === 'decision' && event.reason === 'rescue') + 1;
  assert.ok(nth > 12);
  const file = written({ unsigned: true, killAt: nth }, world);
  assert.equal(checked(file).why, null);
  const entries = recordsOf(file).map(({ window, event }) => ({ window, event }));
  type Told = { type: string; rescue?: boolean; failed?: string };
  const at = entries.findIndex(({ event }) => event.type === 'input' && (event.input as Told).rescue === true);
  const { event } = entries[at] as Entry;
  const input = (event as Of<'input'>).input as Told;
  assert.deepEqual([input.type, input.failed], ['decided', '0:member0']);
  const replaced = entries.flatMap(({ event: one }) => (one.type === 'rescue' ? one.replaced : []));
  assert.deepEqual(replaced, []);
  const { failed: _, ...forgetful } = input;
  const lie = { window: null, event: { ...event, input: { ...forgetful, rescue: false } } as PoolEvent };
  assert.match(judgedAs(4, entries.with(at, lie)) ?? '', /restores a decision that the log does not have/);
});

test('who was replaced in standby mode is told again after a restart, no more and no less', () => {
  const start = recordsOf(written({ unsigned: true })).find(({ event }) => event.type === 'start') as EventRecord;
  const window = poolWindow(0);
  const slot = firstSlot(window);
  const lead = { type: 'lead' as const, at: 1, window, member: null, pause: [] };
  const judged = (...inputs: object[]) => {
    const replay = new Replay();
    const take = (v: number, event: PoolEvent, of: number | null = null) =>
      replay.take({ v, seq: 1, window: of, event, prev: '', hash: '' });
    // A run before the first start is not computed again, but what it left is known.
    take(1, { ...lead, signer: '0:b', failed: '0:a' }, window);
    take(1, { ...lead, signer: '0:b' }, window);
    const tip = { id: 'aa'.repeat(32), num: 50, slot, previous: '' };
    const first = { type: 'public', at: 2, block: tip, pool: false };
    const told = [start.event, ...[first, ...inputs].map((input) => ({ type: 'input', at: 2, input }))] as PoolEvent[];
    return told.map((event) => take(4, event)).find((why) => why !== null) ?? null;
  };
  const replaced = { type: 'replaced', at: 2, window, signer: '0:a' };
  assert.equal(judged(replaced), null);
  assert.match(judged({ ...replaced, signer: '0:b' }) ?? '', /restores a change of leader that the log does not have/);
  assert.match(judged(replaced, replaced) ?? '', /restores a change of leader that the log does not have/);
  const candidate = { ...block({ id: 'aa'.repeat(32), num: 50, slot, previous: '' }, slot + 1, 'b'), signer: '0:b' };
  const rest = { confirmed: 0, cpuUs: 0, transactions: 0, bytes: 1, arrivedMs: 2, late: false };
  const offered = { type: 'candidate', at: 2, candidate: { ...candidate, ...rest } };
  assert.match(judged(offered) ?? '', /a change of leader of the run before was not restored/);
});

test('a window that an earlier run did not close is closed at the start with what it emitted, and nothing else', () => {
  const start = recordsOf(written({ unsigned: true })).find(({ event }) => event.type === 'start') as EventRecord;
  const slot = 1200;
  const id = 'aa'.repeat(32);
  const decided = { slot, id, num: 7, signer: '0:m' };
  const entries = (emitted: number): Entry[] => [
    { window: 100, event: { type: 'emission', at: 1, slot, id, signer: '0:m', bytes: 1, addedUs: 1 } },
    { window: null, event: start.event },
    { window: 100, event: { type: 'window', at: 2, window: 100, emitted, strategy: 'first-delivered' } },
  ];
  const judged = (emitted: number) => {
    const replay = new Replay();
    const prior = {
      window: 100,
      event: { type: 'decision', at: 1, ...decided, member: null, reason: 'first', replaces: [] },
    };
    const all = [prior as Entry, ...entries(emitted)];
    return all.map(({ window, event }, i) =>
      replay.take({ v: i === 0 ? 1 : 2, seq: i, window, event, prev: '', hash: '' }),
    );
  };
  assert.deepEqual(judged(1), [null, null, null, null]);
  assert.match(judged(2)[3] ?? '', /follows from no input/);
});

test('a restart that names another window than the last one closed is found', () => {
  const start = recordsOf(written({ unsigned: true })).find(({ event }) => event.type === 'start') as EventRecord;
  const judged = (window: number) => {
    const replay = new Replay();
    const closed = { type: 'window', at: 1, window: 100, emitted: 12, strategy: 'first-delivered' };
    const resume = { type: 'input', at: 2, input: { type: 'resume', at: 2, window } };
    const all = [
      { v: 1, window: 100, event: closed },
      { v: 3, window: null, event: start.event },
      { v: 3, window: null, event: resume },
    ];
    return all.map((record, seq) => replay.take({ ...record, seq, prev: '', hash: '' } as EventRecord));
  };
  assert.deepEqual(judged(100), [null, null, null]);
  assert.match(judged(101)[2] ?? '', /another window than the last/);
});

test('a checkpoint with another state than the inputs lead to is found', () => {
  const lie = (entries: Entry[]) => {
    const found = entries.find(({ event }) => event.type === 'checkpoint') as Entry;
    const { of } = (found.event as Of<'checkpoint'>).state as { of: { lastWindow: number } };
    of.lastWindow++;
    return entries;
  };
  const records = recordsOf(written({ keepWindows: 9 }));
  const judge = (entries: Entry[]) => {
    const replay = new Replay();
    const said = entries.map(({ window, event }, i) =>
      replay.take({ v: EVENT_VERSION, seq: i, window, event, prev: '', hash: '' }),
    );
    return said.find((why) => why !== null) ?? null;
  };
  const entries = records.map(({ window, event }) => ({ window, event }));
  assert.ok(entries.some(({ event }) => event.type === 'checkpoint'));
  assert.equal(judge(structuredClone(entries)), null);
  assert.match(judge(lie(structuredClone(entries))) ?? '', /its state is another/);
});

function tested(file: string, strategy: string) {
  const tester = new Backtester(strategy);
  for (const record of recordsOf(file)) tester.take(record);
  return tester.end();
}

test('a back-test with the strategy that ran: nothing differs, whatever happened', () => {
  let slots = 0;
  fc.assert(
    fc.property(worlds, (world) => {
      const file = written({}, world);
      const result = tested(file, 'first-delivered');
      rmSync(file);
      assert.deepEqual(result.differences, []);
      assert.deepEqual([result.differs, result.addedMs, result.missed, result.gained], [0, 0, 0, 0]);
      assert.equal(result.rescues.would, result.rescues.were);
      slots += result.slots;
    }),
    cases(60),
  );
  assert.ok(slots > 300, `${slots}`);
});

test('a back-test with another strategy: another member, and what the wait would have cost', () => {
  // Neither member got the previous producer's last block in time: the choice is made after 100 ms, among both.
  const missing = WORLD.members.map((each) => ({ ...each, misses: true }));
  const world: World = { ...WORLD, members: missing, failures: [], parentLateMs: 200 };
  const file = written({}, world);
  const result = tested(file, 'rotate');
  assert.deepEqual([result.windows, result.slots, result.missed, result.gained], [3, 36, 0, 0]);
  // The second window is the second member's turn.
  assert.equal(result.differs, 12);
  assert.ok(result.differences.every(({ was, would }) => was?.signer === '0:member0' && would?.signer === '0:member1'));
  // Slot 0 is decided at the same moment; each later block of the second member comes 20 ms after the first one's.
  const waits = result.differences.filter(({ slot }) => slot % 12 > 2).map(({ waitMs }) => waitMs);
  assert.ok(
    waits.every((ms) => ms === 20),
    `${waits}`,
  );
  assert.equal(result.longestMs, 20);
});

test('windows in standby mode are left out of a back-test, and counted', () => {
  const tester = new Backtester('rotate:wait=100');
  for (const record of recordsOf(written({ strategy: 'first-delivered' }))) {
    const { event } = record;
    const input = event.type === 'input' ? (event.input as Record<string, unknown>) : {};
    // As if the members had voted so: one leads from the second window on.
    if (input.type === 'settings') Object.assign(input, { mode: 'standby', fromWindow: poolWindow(1) });
    tester.take(record);
  }
  const { windows, standby } = tester.end();
  assert.deepEqual([windows, standby], [1, 2]);
});
