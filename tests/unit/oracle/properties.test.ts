import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { canonicalJson } from '../../../common/canonical.ts';
import { PoolError } from '../../../common/errors.ts';
import { EventLogReader } from '../../../common/event-log.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { NatsRecords } from '../../../common/nats/records.ts';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { verifyLog } from '../../../common/verify-log.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { FileSource } from '../../../oracle/logs/file-source.ts';
import { Log } from '../../../oracle/logs/log.ts';
import { StreamSource } from '../../../oracle/logs/stream-source.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { differentLogs } from '../../../oracle/metrics/several.ts';
import type { WindowLog, WindowMetrics } from '../../../oracle/metrics/types.ts';
import { Journal } from '../../../oracle/window/journal.ts';
import { fakeJetStream } from '../../support/fake-jetstream.ts';
import { cases, fc } from '../../support/property.ts';
import {
  blockId,
  blocksBy,
  CHAIN,
  candidate,
  closing,
  decision,
  emission,
  logKey,
  MEMBERS,
  members,
  POOL,
  records,
  signedRoot,
  signers,
  standby,
  standbyClosing,
  WINDOW,
  word,
} from './support/events.ts';

const SLOT = firstSlot(WINDOW);
const dir = mkdtempSync(path.join(tmpdir(), 'oracle-properties-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** Anything that an emitter may log of a slot; two members' blocks can have one id, arrive twice, and be told with other loads. */
const slotEvent = fc
  .record({
    // Few slots, so that several things come together in one.
    k: fc.constantFrom(0, 1, 11),
    member: fc.constantFrom(...MEMBERS, 'zoe'),
    what: fc.constantFrom('valid', 'valid', 'late', 'invalid', 'standby', 'word', 'decision', 'emission', 'bare'),
    id: fc.constantFrom('own', 'own', 'ann'),
    ms: fc.integer({ min: -800, max: 700 }),
    size: fc.nat({ max: 3 }),
    reason: fc.constantFrom('foreign_key', 'stale', 'made up'),
  })
  .map(({ k, member, what, id, ms, size, reason }): PoolEvent => {
    const at = slotTime(SLOT + k) + ms;
    const ofId = { id: blockId(SLOT + k, id === 'own' ? member : id) };
    if (what === 'standby') return standby(WINDOW, k, member);
    if (what === 'word') return word(WINDOW, k, member);
    if (what === 'decision') return { ...decision(WINDOW, k, member) };
    if (what === 'emission') return { ...emission(WINDOW, k, member), addedUs: 100 * size } as PoolEvent;
    const load = { transactions: size, bytes: 1000 * size, cpuUs: 10 * size };
    const verdict = what === 'bare' ? 'valid' : (what as 'valid' | 'late' | 'invalid');
    const shown = what === 'bare' ? { evidence: null } : {};
    const refused = verdict === 'invalid' ? { reason } : {};
    return { ...candidate(WINDOW, k, member, verdict), ...ofId, ...load, ...shown, ...refused, at } as PoolEvent;
  });
const someEvents = fc.array(slotEvent, { maxLength: 60 });
const someMakers = fc.array(fc.constantFrom(...MEMBERS, 'zoe', null), { minLength: 12, maxLength: 12 });
type Makers = (string | null)[];

function end(isStandby: boolean): PoolEvent {
  return isStandby ? standbyClosing(WINDOW) : closing(WINDOW);
}

function logOf(events: PoolEvent[], isStandby = false): WindowLog {
  const all = records(WINDOW, [...events, end(isStandby)]);
  return { records: all, around: isStandby ? all : [] };
}

function metricsOf(logs: WindowLog[], makers: Makers): WindowMetrics {
  const blocks = blocksBy(makers);
  const evidence = { window: WINDOW, pool: POOL, chain: CHAIN, blocks, members, signers, eligiblePercent: 50 };
  return measure({ ...evidence, logs: differentLogs(logs) });
}

/** The order among the words of agents counts, and which emission of an id came first; nothing else does. */
function isFree({ type }: PoolEvent): boolean {
  return type !== 'input' && type !== 'emission' && type !== 'decision';
}

/** The events in another order: the free ones anywhere, the others among themselves as they were. */
const reordered = someEvents.chain((events) => {
  const places = fc.array(fc.double({ noNaN: true, min: 0, max: 1 }), { minLength: 60, maxLength: 60 });
  return places.map((keys) => {
    const bound = events.filter((event) => !isFree(event));
    const rest = [...bound];
    const shuffled = events
      .map((event, i) => ({ event, key: keys[i] ?? 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ event }) => (isFree(event) ? event : (rest.shift() as PoolEvent)));
    return [events, shuffled] as const;
  });
});

for (const isStandby of [false, true]) {
  const mode = isStandby ? 'standby' : 'propose';
  test(`in ${mode} mode the order of the events changes nothing`, () => {
    fc.assert(
      fc.property(reordered, someMakers, ([one, other], makers) => {
        const [a, b] = [one, other].map((events) => canonicalJson(metricsOf([logOf(events, isStandby)], makers)));
        assert.equal(b, a);
      }),
      cases(200),
    );
  });

  test(`in ${mode} mode it does not matter how many emitters logged the same`, () => {
    const others = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(someEvents, someMakers, others, (events, makers, more) => {
        const one = logOf(events, isStandby);
        const expected = canonicalJson(metricsOf([one], makers));
        // The same log in several places, and logs of several emitters, each with records of its own in between.
        assert.equal(canonicalJson(metricsOf(new Array(more + 1).fill(one), makers)), expected);
        const fault = (code: string): PoolEvent => ({ type: 'fault', at: 1, code, text: '' });
        const same = Array.from({ length: more }, (_, i) => logOf([fault(`of ${i}`), ...events], isStandby));
        const { logs, differing, ...rest } = metricsOf([one, ...same], makers);
        assert.deepEqual([logs, differing], [more + 1, 0]);
        assert.equal(canonicalJson(rest), expected);
      }),
      cases(150),
    );
  });

  test(`in ${mode} mode all sums match the slots`, () => {
    const logs = fc.array(someEvents, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(logs, someMakers, (told, makers) => {
        const metrics = metricsOf(
          told.map((events) => logOf(events, isStandby)),
          makers,
        );
        assert.equal(metrics.emitted + metrics.missed, metrics.slots);
        assert.equal(metrics.missedRounds, metrics.emitted === 0 ? 1 : 0);
        const mine = metrics.members.reduce((sum, { selected }) => sum + selected, 0);
        assert.equal(mine + metrics.outsiders + metrics.leaks.length, metrics.emitted);
        for (const member of metrics.members) {
          const { grid, candidates, late, invalid, standby: stood, missing, offered, arrival } = member;
          assert.deepEqual([grid.length, offered], [metrics.slots, metrics.slots]);
          assert.equal(candidates + late + invalid + stood + missing, offered);
          assert.equal(member.selected + member.unselected, candidates);
          assert.equal(
            Object.values(member.invalidBy).reduce((sum, slots) => sum + slots, 0),
            invalid,
          );
          assert.ok(member.availability >= 0 && member.availability <= 1000);
          if (candidates + late === 0) assert.equal(arrival.p50, null);
          if (arrival.p50 !== null)
            assert.ok(arrival.p50 <= Number(arrival.p90) && Number(arrival.p90) <= Number(arrival.p99));
          if (candidates === 0) assert.deepEqual([member.transactions, member.bytes, member.cpuUs], [0, 0, 0]);
        }
      }),
      cases(150),
    );
  });
}

/** A log that is signed, in a file. */
function written(name: string, events: PoolEvent[]): string {
  const file = path.join(dir, name);
  const store = new SqliteStore(file, 'process');
  const run = { pool: POOL, chain: CHAIN, dac: 'pooldac', software: 'test', strategies: {}, config: {} };
  store.append([{ window: null, event: { type: 'start', at: 1, ...run, logKey: logKey.id } }]);
  store.append(events.map((event) => ({ window: WINDOW, event })));
  store.append([{ window: WINDOW, event: signedRoot(WINDOW, store.window(WINDOW)) }]);
  store.close();
  return file;
}

/** What an oracle that is new to a log gets of the window. */
async function readBy(log: Log, journal: Journal): Promise<WindowLog> {
  try {
    await log.catchUp();
    const tally = journal.tally(log.name, WINDOW);
    assert.ok(tally);
    return await log.closedWindow(tally);
  } finally {
    await log.close();
    journal.close();
  }
}

function readFile(file: string): Promise<WindowLog> {
  const journal = new Journal(':memory:');
  return readBy(new Log(new FileSource(file), journal), journal);
}

test('from a file and from a stream of JetStream the same records come, and the same metrics', async () => {
  let n = 0;
  await fc.assert(
    fc.asyncProperty(someEvents, someMakers, async (events, makers) => {
      const file = written(`source-${n++}.sqlite`, [...events, closing(WINDOW)]);
      const reader = new EventLogReader(file);
      const all = [...reader.all()];
      reader.close();
      const nats = fakeJetStream(slotTime(SLOT + 20));
      await (await NatsRecords.open(nats, POOL, 'emitter1')).append(all);
      const journal = new Journal(':memory:');
      const streamed = await readBy(new Log(new StreamSource(async () => nats, POOL, 'emitter1'), journal), journal);
      const filed = await readFile(file);
      assert.deepEqual(streamed, filed);
      assert.equal(canonicalJson(metricsOf([streamed], makers)), canonicalJson(metricsOf([filed], makers)));
    }),
    cases(20),
  );
});

/** Everything that a log says, as texts. */
function contentOf(file: string): { ok: boolean; texts: string[] } {
  const reader = new EventLogReader(file);
  try {
    return { ok: verifyLog(reader).ok, texts: [...reader.all()].map(canonicalJson) };
  } finally {
    reader.close();
  }
}

test('a byte that is changed anywhere in a log is found, or says nothing', async () => {
  const events = MEMBERS.flatMap((member, i) => [0, 1, 2].map((k) => candidate(WINDOW, 3 * i + k, member)));
  const good = written('good.sqlite', [
    ...events,
    decision(WINDOW, 0, 'ann'),
    emission(WINDOW, 0, 'ann'),
    closing(WINDOW),
  ]);
  const [bytes, whole, log] = [readFileSync(good), contentOf(good), await readFile(good)];
  assert.ok(whole.ok);
  let found = 0;
  const change = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }));
  await fc.assert(
    fc.asyncProperty(change, async ([place, by]) => {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] as number) ^ by;
      const file = path.join(dir, 'changed.sqlite');
      writeFileSync(file, changed);
      const [seen, read] = [attempt(() => contentOf(file)), await attempting(() => readFile(file))];
      // Not every byte of a file of SQLite is part of a record.
      if (seen?.ok) assert.deepEqual(seen.texts, whole.texts);
      else found++;
      if (read) assert.deepEqual(read, log);
    }),
    cases(150),
  );
  assert.ok(found > 30, `${found} changes are found`);
});

function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, String(thrown));
    return null;
  }
}

async function attempting<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError, String(thrown));
    return null;
  }
}
