import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../common/events.ts';
import type { Appended, DecisionStream, Proposal, RecordStream } from '../../common/pool-store.ts';
import { STORE_LIMITS } from '../../common/pool-store.ts';
import { decision, windowEvents } from './events.ts';
import { cases, fc } from './property.ts';

/** What is told apart in a test: each name has streams of its own, which a second opening finds as they were. */
export interface StoreUnderTest {
  decisions?(name: string): Promise<DecisionStream>;
  records?(name: string): Promise<RecordStream>;
}

const EMITTER = 'emitter1';
const propose = (...slots: number[]): Proposal => ({
  emitter: EMITTER,
  decisions: slots.map((s) => decision(s)) as never,
});

async function slotsIn(stream: DecisionStream, from = 0): Promise<number[]> {
  return (await stream.after(from, 1000)).flatMap(({ decisions }) => decisions.map(({ slot }) => slot));
}

function seqOf(appended: Appended): number {
  assert.equal(appended.as, 'won', JSON.stringify(appended));
  return appended.as === 'won' ? appended.seq : 0;
}

/** Records of a log, chained; from `first` on when it was pruned: it begins with a checkpoint then. */
export function logOf(events: PoolEvent[], first = 1, prev = GENESIS_HASH): EventRecord[] {
  const records: EventRecord[] = [];
  for (const event of events) {
    const window = 'slot' in event ? Math.floor(event.slot / 12) : null;
    records.push(chainRecord(first + records.length, window, event, records.at(-1)?.hash ?? prev));
  }
  return records;
}

const fault = (at: number, text = ''): PoolEvent => ({ type: 'fault', at, code: 'x', text });
const faults = (count: number) => Array.from({ length: count }, (_, at) => fault(at));

/** The tests that each implementation of a pool's store has to pass. */
export function poolStoreCases({ decisions, records }: StoreUnderTest): void {
  if (decisions) decisionCases({ decisions });
  if (records) recordCases({ records });
}

function decisionCases(store: Required<Pick<StoreUnderTest, 'decisions'>>): void {
  test('decisions stand in the order of their appends, each after the one that was expected', async () => {
    const stream = await store.decisions('order');
    assert.equal(await stream.last(), 0);
    const first = seqOf(await stream.append(propose(1), 0));
    const second = seqOf(await stream.append(propose(2), first));
    assert.ok(second > first);
    assert.equal(await stream.last(), second);
    assert.deepEqual(await slotsIn(stream), [1, 2]);
    assert.deepEqual(await slotsIn(stream, first), [2]);
    assert.equal((await stream.after(0, 1)).length, 1);
    assert.equal((await stream.after(0, 1))[0]?.emitter, EMITTER);
    assert.deepEqual(await slotsIn(await store.decisions('order')), [1, 2], 'opened again');
  });

  test('an append that expects an older place loses, and gets all that came after it', async () => {
    const stream = await store.decisions('lost');
    const first = seqOf(await stream.append(propose(1), 0));
    seqOf(await stream.append(propose(2), first));
    const lost = await stream.append(propose(3), 0);
    assert.ok(lost.as === 'lost');
    assert.deepEqual(
      lost.winners.flatMap(({ decisions }) => decisions),
      [decision(1), decision(2)],
    );
    assert.deepEqual(await slotsIn(stream), [1, 2]);
  });

  test('the same append again tells what became of it, and is not a second decision', async () => {
    const stream = await store.decisions('again');
    const first = seqOf(await stream.append(propose(1), 0));
    const branch = seqOf(await stream.append(propose(2, 3, 4), first));
    assert.equal(seqOf(await stream.append(propose(1), 0)), first);
    assert.equal(seqOf(await stream.append(propose(2, 3, 4), first)), branch);
    assert.deepEqual(await slotsIn(stream), [1, 2, 3, 4]);
  });

  test('an append that expects a decision that is not there is unsure: what it builds on is gone', async () => {
    const stream = await store.decisions('beyond');
    seqOf(await stream.append(propose(1), 0));
    assert.equal((await stream.append(propose(2), 77)).as, 'unsure');
    assert.deepEqual(await slotsIn(stream), [1]);
  });

  test('a proposal over the limit is refused in a sentence with its size', async () => {
    const stream = await store.decisions('big');
    const long = { ...propose(1), emitter: 'x'.repeat(STORE_LIMITS.proposalBytes) };
    await assert.rejects(stream.append(long, 0), { code: 'too_big', message: /takes \d+ bytes, and \d+ are allowed/ });
    assert.equal(await stream.last(), 0);
  });

  test('whatever writers expect, a slot’s decision is one and the order is one', async () => {
    const steps = fc.array(fc.record({ writer: fc.nat(2), behind: fc.nat(3) }), { minLength: 1, maxLength: 12 });
    let runs = 0;
    const property = fc.asyncProperty(steps, async (script) => {
      const name = `random${++runs}`;
      const writers = await Promise.all([0, 1, 2].map(() => store.decisions(name)));
      const places = [0];
      for (const [slot, { writer, behind }] of script.entries()) {
        const expected = places[Math.max(0, places.length - 1 - behind)] as number;
        const got = await (writers[writer] as DecisionStream).append(propose(slot + 1), expected);
        assert.equal(got.as, expected === places.at(-1) ? 'won' : 'lost');
        if (got.as === 'won') places.push(got.seq);
        else if (got.as === 'lost') assert.equal(got.winners[0]?.seq, places[places.indexOf(expected) + 1]);
      }
      const seen = await Promise.all(writers.map((writer) => writer.after(0, 1000)));
      for (const decided of seen)
        assert.deepEqual(
          decided.map(({ seq }) => seq),
          places.slice(1),
        );
    });
    await fc.assert(property, cases(10));
  });
}

function recordCases(store: Required<Pick<StoreUnderTest, 'records'>>): void {
  test('records come back as they were, in order and by page, also opened again', async () => {
    const log = logOf([fault(0, 'é "quoted" \u2028'), ...windowEvents(7).map(({ event }) => event)]);
    const stream = await store.records('whole');
    assert.equal(await stream.last(), null);
    await stream.append(log.slice(0, 5));
    await stream.append(log.slice(5));
    for (const one of [stream, await store.records('whole')]) {
      const { seq, hash } = log.at(-1) as EventRecord;
      assert.deepEqual(await one.last(), { seq, hash });
      assert.deepEqual(await one.after(0, 1000), log);
      assert.deepEqual(await one.after(3, 2), log.slice(3, 5));
      assert.deepEqual(await one.after(log.length, 10), []);
    }
  });

  test('records that are there already are passed over, in any overlap', async () => {
    const log = logOf(faults(60));
    const stream = await store.records('overlap');
    const cuts = [0, 10, 4, 30, 29, 30, 0, 60];
    for (const [i, to] of cuts.entries()) await stream.append(log.slice(Math.min(to, cuts[i - 1] ?? 0, 20), to));
    assert.deepEqual(await stream.after(0, 1000), log);
  });

  test('a record that is missing, another one, and one that is damaged are refused; those before are kept', async () => {
    const log = logOf(faults(10));
    const other = logOf([...faults(4), fault(99), ...faults(4)]);
    const stream = await store.records('wrong');
    await assert.rejects(stream.append(log.slice(1)), {
      code: 'gap',
      message: 'record 2 cannot be added: record 1 comes next',
    });
    await stream.append(log.slice(0, 6));
    await assert.rejects(stream.append(log.slice(7)), { code: 'gap' });
    for (const from of [4, 5, 6]) await assert.rejects(stream.append(other.slice(from)), { code: 'other_log' });
    await assert.rejects(stream.append(other.slice(0, 5)), { code: 'other_log', message: /record 5 is another/ });
    const damaged = { ...(log[7] as EventRecord), window: 5 };
    await assert.rejects(stream.append([log[6] as EventRecord, damaged]), { code: 'damaged' });
    await stream.append(log.slice(6));
    assert.deepEqual(await stream.after(0, 100), log);
  });

  test('a record over the limit is refused in a sentence, and one just below it is kept', async () => {
    const room = STORE_LIMITS.recordBytes - 300;
    const [fits, big] = [logOf([fault(1, 'x'.repeat(room))]), logOf([fault(1, 'x'.repeat(room + 300))])];
    const stream = await store.records('size');
    await assert.rejects(stream.append(big), {
      code: 'too_big',
      message: /record 1 takes \d+ bytes, and \d+ are allowed/,
    });
    await stream.append(fits);
    assert.deepEqual(await stream.after(0, 1), fits);
  });

  test('a log that was pruned begins with its checkpoint', async () => {
    const start = { pool: 'p', dac: 'd', chain: 'c', software: 's', strategies: {}, config: {}, logKey: null };
    const signed = { signer: '0:02', signature: '0:00' };
    const checkpoint: PoolEvent = { type: 'checkpoint', at: 1, window: 7, start, state: {}, ...signed };
    const log = logOf([checkpoint, ...faults(20)], 5000, 'ab'.repeat(32));
    const stream = await store.records('pruned');
    await stream.append(log);
    assert.deepEqual(await stream.after(0, 3), log.slice(0, 3));
    assert.deepEqual(await stream.after(5009, 100), log.slice(10));
    await stream.append(log.slice(15));
    assert.equal((await stream.last())?.seq, 5020);
  });
}
