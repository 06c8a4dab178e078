import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Replay } from '../../../cli/log/replay.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import type { EventRecord } from '../../../common/events.ts';
import { firstSlot, SLOTS_PER_WINDOW, windowOf } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import type { SelectEvent } from '../../../emitter/select/types.ts';
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
function killed({ file, settings, events, ends }: ReturnType<typeof whole>, seq: number, awayMs: number): string {
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
  return copy;
}

const worlds = fc.record({
  members: fc.array(member, { minLength: 2, maxLength: 4 }),
  failures: fc.constant<StandbyWorld['failures']>([]),
  windows: fc.constant(2),
});

test('the emitter is killed after any record, and is back up to 3 s later: nobody loses a slot of standing by', () => {
  let bridged = 0;
  fc.assert(
    fc.property(worlds, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(3000), (world, where, awayMs) => {
      const before = whole(world);
      const first = before.ends[0]?.seq ?? 0;
      const seq = first + Math.floor(where * (before.records.length - first - 1));
      const copy = killed(before, seq, awayMs);
      const log = new EventLogReader(copy);
      const now = standing(log.after(0, 1_000_000));
      log.close();
      const then = standing(before.records);
      for (const stood of then.stood) {
        if (!isSame(windowOf(Number(stood.split(' ')[1])), then.made, now.made)) continue;
        assert.ok(now.stood.has(stood), `${stood} lost by a kill after record ${seq} of ${before.records.length}`);
        bridged++;
      }
      assert.equal(checked(copy), null);
      rmSync(copy);
      rmSync(before.file);
    }),
    cases(60),
  );
  assert.ok(bridged > 500, `${bridged} slots compared`);
});
