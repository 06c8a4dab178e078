import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import { EVENT_VERSION, type EventRecord } from '../../../common/events.ts';
import { firstSlot, SLOTS_PER_WINDOW, windowOf } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import type { SelectEvent } from '../../../emitter/select/types.ts';
import { recordsOf } from '../../support/log-forge.ts';
import { cases, fc } from '../../support/property.ts';
import { cutLog, LoggedRun } from '../../support/standby-log.ts';
import { playStandby, type StandbyMember, type StandbyWorld } from '../../support/standby-world.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-standing-'));
after(() => rmSync(dir, { recursive: true, force: true }));

const member: fc.Arbitrary<StandbyMember> = fc.record({
  gain: fc.integer({ min: 40, max: 60 }),
  latency: fc.nat(20),
  commandMs: fc.integer({ min: 1, max: 15 }),
  wordMs: fc.integer({ min: 1, max: 15 }),
});

let files = 0;

/** Its log, and how far it was after each event. */
function whole(world: StandbyWorld) {
  const file = path.join(dir, `${++files}.sqlite`);
  const [settings, ...events] = playStandby(world)
    .steps.map(({ event }) => event)
    .filter(({ type }) => type !== 'tick');
  const first = events.find((event) => event.type === 'public');
  if (settings?.type !== 'settings' || first?.type !== 'public') throw new Error('no vote, or no chain');
  const run = new LoggedRun(
    file,
    settings.at,
    { ...first.block, id: first.block.previous, num: first.block.num - 1 },
    settings,
  );
  const ends = events.map((event) => run.feed(event));
  return { file, settings, events, ends, records: run.end() };
}

/** Member and slot of each stand-by, and who made which slot. */
function standing(records: EventRecord[]) {
  const stood = new Set<string>();
  const made = new Map<number, string>();
  for (const { event } of records) {
    if (event.type === 'standby') stood.add(`${event.signer} ${event.slot}`);
    if (event.type === 'decision') made.set(event.slot, event.signer);
  }
  return { stood, made };
}

/** Who is first heard of after a restart between two windows may lead then: this world's members go on as they were told before it. */
function isSame(window: number, one: Map<number, string>, other: Map<number, string>): boolean {
  const slots = Array.from({ length: SLOTS_PER_WINDOW }, (_, k) => firstSlot(window) + k);
  return slots.every((slot) => one.get(slot) === other.get(slot));
}

function checked(file: string): string | null {
  const log = new EventLogReader(file);
  try {
    return verifyLog(log, [new Replay()]).why;
  } finally {
    log.close();
  }
}

/** Kills the emitter after the record `seq`, and starts it anew; of what agents say until `awayMs` later it hears nothing. */
function killed({ file, settings, events, ends }: ReturnType<typeof whole>, seq: number, awayMs: number) {
  const copy = path.join(dir, `${++files}.sqlite`);
  copyFileSync(file, copy);
  cutLog(copy, seq);
  const last = ends.findIndex((end) => end.seq >= seq);
  const at = events[last]?.at ?? 0;
  const back = at + awayMs;
  const tip = ends.findLast((_, i) => (events[i] as SelectEvent).at <= at)?.tip;
  const run = new LoggedRun(copy, at, tip ?? assert.fail(), settings);
  for (const event of events.slice(last + 1)) if (event.type !== 'agent' || event.at >= back) run.feed(event);
  run.end();
  return { copy, at };
}

const worlds = fc.record({
  members: fc.array(member, { minLength: 2, maxLength: 4 }),
  failures: fc.constant<StandbyWorld['failures']>([]),
  windows: fc.constant(2),
});

/** Slots that a member stood by in and that a kill after the record `seq` took from it; and how many were compared. */
function lostBy(before: ReturnType<typeof whole>, seq: number, awayMs: number): { lost: string[]; compared: number } {
  const { copy, at } = killed(before, seq, awayMs);
  const then = standing(before.records);
  const now = standing(recordsOf(copy));
  // In this world it was resumed while the new run did not know it yet, and so is not at rest when it speaks.
  const resumed = new Set(
    before.records.flatMap(({ event }) =>
      event.type === 'lead' && event.at >= at && event.at <= at + awayMs + 600 ? [event.signer] : [],
    ),
  );
  const compared = [...then.stood].filter((stood) => {
    const [signer = '', slot] = stood.split(' ');
    return !resumed.has(signer) && isSame(windowOf(Number(slot)), then.made, now.made);
  });
  const why = checked(copy);
  rmSync(copy);
  assert.equal(why, null);
  return { lost: compared.filter((stood) => !now.stood.has(stood)), compared: compared.length };
}

test('the emitter is killed after any record, and is back up to 3 s later: nobody loses a slot of standing by', () => {
  let compared = 0;
  fc.assert(
    fc.property(worlds, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3000), (world, where, awayMs) => {
      const before = whole(world);
      const first = before.ends[0]?.seq ?? 0;
      const seq = first + Math.floor(where * (before.records.length - first - 1));
      const found = lostBy(before, seq, awayMs);
      rmSync(before.file);
      assert.deepEqual(found.lost, [], `by a kill after record ${seq} of ${before.records.length}`);
      compared += found.compared;
    }),
    cases(60),
  );
  assert.ok(compared > 500, `${compared} slots compared`);
});

const CALM: StandbyWorld = {
  members: [0, 1, 2].map(() => ({ gain: 50, latency: 5, commandMs: 10, wordMs: 10 })),
  failures: [],
  windows: 1,
};

test('a kill between a word and the slots that it shows takes nothing either', () => {
  const before = whole(CALM);
  const cuts = before.records.filter(({ event, window }, i) => {
    const next = before.records[i + 1]?.event.type;
    return window !== null && event.type === 'input' && next === 'standby';
  });
  let compared = 0;
  for (const { seq } of cuts) {
    const found = lostBy(before, seq, 1000);
    assert.deepEqual(found.lost, [], `by a kill after record ${seq}`);
    compared += found.compared;
  }
  assert.ok(compared > 200, `${compared} slots compared`);
});

/** What a replay says of the records first, after a change. */
function judged(records: EventRecord[], change: (record: EventRecord) => EventRecord | null): string | null {
  const replay = new Replay();
  for (const record of records) {
    const other = change(structuredClone(record));
    const why = other && replay.take(other);
    if (why) return why;
  }
  return null;
}

function inputOf({ event }: EventRecord): SelectEvent | null {
  return event.type === 'input' ? (event.input as SelectEvent) : null;
}

test('a restart that makes up who stood by, or forgets it, is found', () => {
  const before = whole(CALM);
  const seq = before.records.find(({ event }) => event.type === 'standby')?.seq ?? 0;
  const records = recordsOf(killed(before, seq + 40, 500).copy);
  assert.equal(
    judged(records, (record) => record),
    null,
  );
  const isStood = (record: EventRecord) => inputOf(record)?.type === 'stood';
  assert.equal(records.filter(isStood).length, 1);
  const forgets = judged(records, (record) => (isStood(record) ? null : record));
  assert.match(forgets ?? '', /who stood by in the run before was not restored/);
  const invents = judged(records, (record) => {
    if (isStood(record)) Object.assign(inputOf(record) ?? {}, { words: [], away: ['0:member1'] });
    return record;
  });
  assert.match(invents ?? '', /it restores who stood by otherwise than the log has it/);
});

test('a restart is told who owes a turn, and one that forgets it is found', () => {
  const failures = [{ window: 1, slot: -1, afterMs: 1, frozen: false }];
  const before = whole({ ...CALM, failures, windows: 2 });
  const lead = before.records.findLast(({ event }) => event.type === 'lead');
  const owing = lead?.event.type === 'lead' ? lead.event.owing : undefined;
  assert.equal(owing?.length, 1);
  const records = recordsOf(killed(before, (lead?.seq ?? 0) + 30, 500).copy);
  const stood = records.map(inputOf).find((input) => input?.type === 'stood');
  assert.deepEqual(stood?.type === 'stood' && stood.owing, owing);
  const changed = (change: object) => {
    return judged(records, (record) => {
      if (inputOf(record)?.type === 'stood') Object.assign(inputOf(record) ?? {}, change);
      return record;
    });
  };
  assert.equal(changed({}), null);
  assert.match(changed({ owing: [] }) ?? '', /it restores who stood by otherwise than the log has it/);
});

for (const [from, says] of [
  [true, /the member stood by, and it does not say so/],
  [undefined, /it says that its member stood by, and it did not/],
] as const)
  test(`a word that says otherwise whether its member stood by is found (${from})`, () => {
    let isDone = false;
    const why = judged(whole(CALM).records, (record) => {
      const { event } = record;
      if (isDone || event.type !== 'input' || inputOf(record)?.type !== 'agent' || event.ready !== from) return record;
      isDone = true;
      if (from) delete event.ready;
      else event.ready = true;
      return record;
    });
    assert.match(why ?? '', says);
  });

test('standby mode in a log of schema 2 to 4 is refused in one sentence, a log without it is not', () => {
  const { records } = whole(CALM);
  for (const v of [2, 3, 4]) {
    const says = `standby mode by the rules of schema ${v}, .* those of schema ${EVENT_VERSION}: replay it with the release`;
    assert.throws(() => judged(records, (record) => ({ ...record, v })), new RegExp(says));
  }
  const proposed = records.slice(0, records.findIndex(({ event }) => event.type === 'lead') - 1);
  assert.equal(
    judged(proposed, (record) => ({ ...record, v: 4 })),
    null,
  );
});
