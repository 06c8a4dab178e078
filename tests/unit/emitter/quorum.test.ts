import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DecisionStream } from '../../../common/pool-store.ts';
import { beginVoters } from '../../../emitter/log/quorum/begin.ts';
import { QuorumDecisions } from '../../../emitter/log/quorum/decisions.ts';
import { PLACES_KEPT, Tally } from '../../../emitter/log/quorum/tally.ts';
import { Voter } from '../../../emitter/log/quorum/voter.ts';
import { decision } from '../../support/events.ts';
import { poolStoreCases } from '../../support/pool-store-cases.ts';
import { cases, fc } from '../../support/property.ts';
import { MemoryLog, type Network } from '../../support/vote-log.ts';
import { quickVoting } from '../../support/voting.ts';

const calm: Network = { travel: async () => {}, isLost: () => false };

function emitter(logs: MemoryLog[], run: string, clock = { ms: 0 }): QuorumDecisions {
  const now = () => clock.ms++;
  const voters = logs.map((log, i) => new Voter({ log, number: i + 1, voting: quickVoting(), now }));
  const pause = async (ms: number) => {
    clock.ms += ms + 1;
    const network = logs[0]?.network ?? calm;
    await (network === calm ? nextTurn() : network.travel());
  };
  return new QuorumDecisions({ voters, run, now, pause, random: () => 0.5 });
}

function open(logs: MemoryLog[], knows = false): Promise<void> {
  const voters = logs.map((log, i) => new Voter({ log, number: i + 1, voting: quickVoting(), now: () => 0 }));
  return beginVoters(voters, { knows, make: async () => {}, pause: async () => {} });
}

async function begun(network: Network): Promise<MemoryLog[]> {
  const logs = [1, 2, 3].map(() => new MemoryLog(calm));
  await open(logs);
  for (const log of logs) log.network = network;
  return logs;
}

const pools = new Map<string, Promise<MemoryLog[]>>();
let runs = 0;
poolStoreCases({
  decisions: async (name) => {
    const logs = pools.get(name) ?? begun(calm);
    pools.set(name, logs);
    return emitter(await logs, `run${++runs}`);
  },
});

const propose = (by: string, slot: number) => ({
  emitter: by,
  decisions: [{ ...decision(slot), id: `${by}-${slot}` }] as never,
});

/** What a run sees to it that is decided, place by place, as far as it is sure. */
async function decideAll(
  stream: DecisionStream,
  by: string,
  places: number,
  seen: Map<number, string>[],
  tries: number,
): Promise<void> {
  const mine = new Map<number, string>();
  seen.push(mine);
  let place = 0;
  for (let i = 0; i < tries && place < places; i++) {
    const got = await stream.append(propose(by, place + 1), place);
    if (got.as === 'won') mine.set(++place, `${by}-${place}`);
    if (got.as !== 'lost') continue;
    for (const { seq, decisions } of got.winners) mine.set(seq, decisions[0]?.id ?? '');
    place = got.winners.at(-1)?.seq ?? place;
  }
}

/** Whatever two runs are sure of is the same. */
function requireAgreement(seen: Map<number, string>[]): void {
  const all = new Map<number, string>();
  for (const mine of seen)
    for (const [place, id] of mine) {
      assert.equal(id, all.get(place) ?? id, `place ${place}`);
      all.set(place, id);
    }
}

test('three runs, messages in any order, some lost on the way there or back: no two are sure of different decisions', async () => {
  let sure = 0;
  const lost = fc.array(fc.boolean(), { minLength: 30, maxLength: 30 });
  const property = fc.asyncProperty(fc.scheduler(), lost, fc.boolean(), async (scheduler, losses, loses) => {
    let calls = 0;
    const network: Network = {
      travel: () => scheduler.schedule(Promise.resolve()),
      isLost: () => loses && losses[calls++ % losses.length] === true && calls % 3 === 0,
    };
    const logs = await begun(network);
    const seen: Map<number, string>[] = [];
    const all = ['a', 'b', 'c'].map((by) => decideAll(emitter(logs, by), by, 3, seen, 4));
    await scheduler.waitFor(Promise.all(all));
    requireAgreement(seen);
    sure += seen.reduce((sum, mine) => sum + mine.size, 0);
  });
  await fc.assert(property, cases(60));
  assert.ok(sure > 150, `only ${sure} decisions`);
});

test('a voter dies, or loses its memory, at any moment, and others go on: what was sure stays so', async () => {
  const events = fc.array(fc.record({ at: fc.nat(120), voter: fc.nat(2), wiped: fc.boolean() }), {
    minLength: 1,
    maxLength: 3,
  });
  let sure = 0;
  const property = fc.asyncProperty(fc.scheduler(), events, async (scheduler, plan) => {
    let steps = 0;
    const network: Network = {
      travel: async () => {
        await scheduler.schedule(Promise.resolve());
        steps++;
        for (const { at, voter, wiped } of plan) {
          const log = logs[voter] as MemoryLog;
          // One at a time: what two of three have lost is lost.
          if (at === steps && logs.every((one) => one.isUp)) log.isUp = false;
          else if (at + 15 === steps && !log.isUp) log.restart(wiped);
        }
      },
      isLost: () => false,
    };
    const logs = await begun(network);
    const seen: Map<number, string>[] = [];
    const all = ['a', 'b', 'c'].map((by) => decideAll(emitter(logs, by), by, 4, seen, 12));
    await scheduler.waitFor(Promise.all(all));
    for (const log of logs) if (!log.isUp) log.restart(false);
    // A run that begins now, after all that.
    await scheduler.waitFor(decideAll(emitter(logs, 'd'), 'd', 5, seen, 12));
    requireAgreement(seen);
    sure += seen.reduce((sum, mine) => sum + mine.size, 0);
  });
  await fc.assert(property, cases(25));
  assert.ok(sure > 150, `only ${sure} decisions`);
});

test('one voter away: decisions go on; two away: unsure; back again: the same append tells', async () => {
  const logs = await begun(calm);
  const stream = emitter(logs, 'a');
  assert.equal((await stream.append(propose('a', 1), 0)).as, 'won');
  (logs[0] as MemoryLog).isUp = false;
  assert.equal((await stream.append(propose('a', 2), 1)).as, 'won');
  (logs[1] as MemoryLog).isUp = false;
  const unsure = await stream.append(propose('a', 3), 2);
  assert.ok(unsure.as === 'unsure');
  assert.match(unsure.why, /decision 3 was not made in 1000 ms: .*away/);
  for (const log of logs) log.restart(false);
  assert.equal((await stream.append(propose('a', 3), 2)).as, 'won');
});

test('after more decisions than a run remembers, and more votes than it reads, a new run finds the newest and goes on', async () => {
  const logs = await begun(calm);
  let stream = emitter(logs, 'a');
  for (const [run, places] of [
    ['b', PLACES_KEPT + 76],
    ['c', 4 * PLACES_KEPT + 100],
  ] as const) {
    for (let place = await stream.last(); place < places; place++)
      assert.equal((await stream.append(propose('x', place + 1), place)).as, 'won');
    stream = emitter(logs, run);
    assert.equal(await stream.last(), places);
    const newest = await stream.after(places - 64, 64);
    assert.deepEqual(
      newest.map(({ seq, decisions }) => `${seq} ${decisions[0]?.id}`),
      Array.from({ length: 64 }, (_, i) => places - 63 + i).map((seq) => `${seq} x-${seq}`),
    );
  }
});

test('voters that begin: all three at first, two are enough later, and two that lost what they said are refused', async () => {
  const fresh = [1, 2, 3].map(() => new MemoryLog(calm));
  (fresh[2] as MemoryLog).isUp = false;
  await assert.rejects(open(fresh), { code: 'store', message: /1 of 3 voters do not answer and 0 can vote/ });
  (fresh[2] as MemoryLog).isUp = true;
  await assert.rejects(open(fresh, true), { code: 'store_lost', message: /3 of 3 voters have lost what they said/ });
  await open(fresh);
  await emitter(fresh, 'a').append(propose('a', 1), 0);
  (fresh[0] as MemoryLog).isUp = false;
  await open(fresh);
  for (const log of fresh.slice(0, 2)) log.restart(true);
  await assert.rejects(open(fresh), { code: 'store_lost', message: /2 of 3 voters have lost what they said/ });
});

test('a voter that lost its memory has no say in the place that may be decided just now, and has one later', async () => {
  const logs = await begun(calm);
  const [first, second, third] = logs as [MemoryLog, MemoryLog, MemoryLog];
  const one = emitter(logs, 'a');
  await one.append(propose('a', 1), 0);
  const other = emitter(logs, 'b');
  assert.equal(await other.last(), 1);
  // Place 2 is decided by the first two alone.
  third.isUp = false;
  await one.append(propose('a', 2), 1);
  third.restart(false);
  first.restart(true);
  const mending = emitter(logs, 'c');
  do await mending.last();
  while (mending.voting < 3);
  second.isUp = false;
  // The first forgot, the third never knew: the two must not decide place 2 again.
  const got = await other.append(propose('b', 2), 1);
  assert.equal(got.as, 'unsure');
  second.restart(false);
  const later = await other.append(propose('b', 2), 1);
  assert.ok(later.as === 'lost', JSON.stringify(later));
  assert.equal(later.winners[0]?.decisions[0]?.id, 'a-2');
  for (let place = 2; place < 6; place++) await other.append(propose('b', place + 1), place);
  second.isUp = false;
  assert.equal((await other.append(propose('b', 7), 6)).as, 'won', 'the first votes again');
});

test('voters that all were begun anew by somebody are not those that an emitter knows: it stays unsure', async () => {
  const logs = await begun(calm);
  const one = emitter(logs, 'a');
  for (let place = 0; place < 3; place++) await one.append(propose('a', place + 1), place);
  for (const log of logs) log.restart(true);
  assert.equal((await one.append(propose('a', 4), 3)).as, 'unsure');
  await open(logs);
  const other = emitter(logs, 'b');
  for (let place = 0; place < 20; place++) await other.append(propose('b', place + 1), place);
  assert.equal((await one.append(propose('a', 4), 3)).as, 'unsure');
});

test('a vote counts by what stands before it in the voter’s log', () => {
  const tally = new Tally();
  const ballot = (round: number, by: string) => ({ round, by });
  const accept = (round: number, by: string) =>
    tally.apply({ kind: 'accept', place: 5, ballot: ballot(round, by), proposal: by }, 'k');
  const begin = (place: number, keys = ['k']) => tally.apply({ kind: 'begin', place, keys, past: [] }, 'any');
  accept(1, 'before it began');
  begin(5);
  assert.equal(tally.accepted(5), null);
  tally.apply({ kind: 'promise', place: 5, ballot: ballot(2, 'b') }, 'k');
  tally.apply({ kind: 'promise', place: 5, ballot: ballot(3, 'b') }, 'another key');
  accept(1, 'z');
  accept(2, 'a');
  assert.equal(tally.accepted(5), null);
  accept(2, 'b');
  accept(1, 'z');
  assert.equal(tally.accepted(5)?.proposal, 'b');
  begin(4);
  assert.deepEqual([tally.accepted(5)?.proposal, tally.counts(4)], ['b', false], 'what is void stays so');
  begin(6);
  assert.deepEqual([tally.accepted(5), tally.counts(5), tally.counts(6)], [null, false, true]);
  begin(6, ['other']);
  tally.apply({ kind: 'promise', place: 6, ballot: ballot(1, 'b') }, 'k');
  assert.equal(tally.promised(6).round, -1, 'its key does not count any more');
});
