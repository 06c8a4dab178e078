import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { beginVoters } from '../../../emitter/log/quorum/begin.ts';
import { QuorumDecisions } from '../../../emitter/log/quorum/decisions.ts';
import { signEntry, type Voting, votingBy } from '../../../emitter/log/quorum/signed-vote.ts';
import type { Entry } from '../../../emitter/log/quorum/tally.ts';
import { Voter } from '../../../emitter/log/quorum/voter.ts';
import { decision } from '../../support/events.ts';
import { cases, fc } from '../../support/property.ts';
import { signingKey } from '../../support/signed-chain.ts';
import { MemoryLog, type Network } from '../../support/vote-log.ts';
import { quickVoting, votingOf } from '../../support/voting.ts';

const calm: Network = { travel: async () => {}, isLost: () => false };
const LATE_MS = 11_000;

const newLogs = () => [1, 2, 3].map(() => new MemoryLog(calm)) as [MemoryLog, MemoryLog, MemoryLog];

interface Options {
  clock?: { ms: number };
  remembered?: string[];
}

function votersOf(logs: readonly MemoryLog[], voting: Voting, { clock = { ms: 0 }, remembered = [] }: Options = {}) {
  return logs.map((log, i) => new Voter({ log, number: i + 1, voting, remembered, now: () => clock.ms++ }));
}

function streamOf(voters: Voter[], run: string, clock = { ms: 0 }): QuorumDecisions {
  const pause = async (ms: number) => {
    clock.ms += ms + 1;
    await nextTurn();
  };
  return new QuorumDecisions({ voters, run, now: () => clock.ms++, pause, random: () => 0.5 });
}

const begin = (voters: Voter[], knows = false) =>
  beginVoters(voters, { knows, make: async () => {}, pause: async () => {} });

async function opened(logs: readonly MemoryLog[], voting: Voting, run: string, options: Options = {}) {
  const voters = votersOf(logs, voting, options);
  await begin(voters, (options.remembered ?? []).length > 0);
  return streamOf(voters, run, options.clock);
}

const propose = (by: string, slot: number) => ({
  emitter: by,
  decisions: [{ ...decision(slot), id: `${by}-${slot}` }] as never,
});

/** Decides places from `from` to `to`, as this run. */
async function decide(stream: QuorumDecisions, by: string, from: number, to: number): Promise<void> {
  for (let place = from; place <= to; place++)
    assert.equal((await stream.append(propose(by, place), place - 1)).as, 'won', `${by} ${place}`);
}

const idsOf = async (stream: QuorumDecisions) => (await stream.after(0, 1000)).map(({ decisions }) => decisions[0]?.id);

/** What the votes of a log come to, as an emitter that starts reads it. */
async function tallyOf(log: MemoryLog, number: number, voting = votingOf()) {
  const voter = new Voter({ log, number, voting, now: () => 0 });
  await voter.catchUp();
  return voter.tally;
}

test('a vote counts at its place of its log alone, of its pool and chain, as it was signed, by a key that counts', async () => {
  const logs = newLogs();
  const good = votingOf('pool', 'a');
  await decide(await opened(logs, good, 'a'), 'a', 1, 3);
  const [log, other] = logs;
  const at = log.texts.length + 1;
  const ballot = { round: 7, by: 'z' };
  const votes: Entry[] = [
    { kind: 'promise', place: 4, ballot },
    { kind: 'accept', place: 4, ballot, proposal: '{}' },
    { kind: 'begin', place: 1000, keys: [good.key], past: [] },
  ];
  const stranger = votingOf('pool', 'stranger');
  const bad: string[] = ['', '{}', 'null', '[]', '{"kind":"begin","place":1}', '\0', '{"kind":"accept"}'];
  for (const vote of votes) {
    const right = signEntry(vote, { log: 1, at }, good);
    bad.push(
      signEntry(vote, { log: 2, at }, good),
      signEntry(vote, { log: 1, at: at + 1 }, good),
      signEntry(vote, { log: 1, at: at - 1 }, good),
      signEntry(vote, { log: 1, at }, votingOf('other.pool', 'a')),
      signEntry(vote, { log: 1, at }, { ...good, identity: { ...good.identity, chain: 'ab'.repeat(32) } }),
      signEntry(vote, { log: 1, at }, stranger),
      signEntry(vote, { log: 1, at }, { ...stranger, key: good.key }),
      right.replace(`"place":${vote.place}`, `"place":${vote.place + 1}`),
      right.replace('"log":1', '"log":1,"more":1'),
      right.replace('"round":7', '"round":9007199254740991'),
      right.replace(/"signature":".*?"/, `"signature":"${'00'.repeat(64)}"`),
      right.replace(/"key":".*?"/, `"key":"0:${'02'.repeat(33)}"`),
    );
  }
  const isChanged = (text: string) => votes.every((vote) => text !== signEntry(vote, { log: 1, at }, good));
  const before = await tallyOf(log, 1);
  for (const text of [...bad.filter(isChanged), ...log.texts, ...other.texts]) {
    const copy = new MemoryLog(calm);
    for (const one of log.texts) copy.inject(one);
    copy.inject(text);
    assert.deepEqual(await tallyOf(copy, 1), before, text);
  }
  // The same, right in everything.
  for (const vote of votes) {
    const copy = new MemoryLog(calm);
    for (const one of log.texts) copy.inject(one);
    copy.inject(signEntry(vote, { log: 1, at }, good));
    assert.notDeepEqual(await tallyOf(copy, 1), before, vote.kind);
  }
});

/** What somebody who can write into a log, and read all of them, but has no key that counts, puts in. */
const junkOf = fc.record({
  kind: fc.constantFrom('text', 'replay', 'other log', 'stranger', 'altered'),
  log: fc.nat(2),
  from: fc.nat(1000),
  place: fc.integer({ min: 1, max: 9 }),
  text: fc.string({ maxLength: 12 }),
});
type Junk = typeof junkOf extends fc.Arbitrary<infer T> ? T : never;

function inject(logs: readonly MemoryLog[], { kind, log, from, place, text }: Junk): void {
  const target = logs[log] as MemoryLog;
  const source = (kind === 'other log' ? logs[(log + 1) % 3] : target) as MemoryLog;
  const old = source.texts[from % Math.max(1, source.texts.length)] ?? '';
  const stranger = quickVoting('stranger');
  const ballot = { round: 9, by: 'z' };
  const forged: Entry[] = [
    { kind: 'begin', place: 1000, keys: [stranger.key], past: [] },
    { kind: 'promise', place, ballot },
    { kind: 'accept', place, ballot, proposal: JSON.stringify({ run: 'z', text: '{"emitter":"z","decisions":[]}' }) },
  ];
  const at = { log: log + 1, at: target.texts.length + 1 };
  if (kind === 'text') target.inject(text);
  else if (kind === 'stranger') target.inject(signEntry(forged[from % 3] as Entry, at, stranger));
  else if (kind === 'altered')
    target.inject(old.replace(/"at":\d+/, `"at":${at.at}`).replace(/"round":\d+/, '"round":8'));
  else target.inject(old);
}

test('whatever is put into the logs by who has no key that counts, at any moment: three emitters decide one block a place, and go on', async () => {
  let injected = 0;
  const plan = fc.array(fc.record({ at: fc.nat(200), junk: junkOf }), { minLength: 5, maxLength: 60 });
  const property = fc.asyncProperty(fc.scheduler(), plan, async (scheduler, all) => {
    const logs = newLogs();
    // Before the first emitter is there, too.
    for (const { at, junk } of all) if (at < 20) inject(logs, junk);
    await begin(votersOf(logs, quickVoting('a')));
    let steps = 20;
    const network: Network = {
      travel: async () => {
        await scheduler.schedule(Promise.resolve());
        steps++;
        for (const { at, junk } of all) {
          if (at !== steps) continue;
          inject(logs, junk);
          injected++;
        }
      },
      isLost: () => false,
    };
    for (const log of logs) log.network = network;
    const streams = ['a', 'b', 'c'].map((by) => {
      const clock = { ms: 0 };
      const voters = votersOf(logs, quickVoting(by), { clock });
      const pause = (ms: number) => {
        clock.ms += ms + 1;
        return network.travel();
      };
      return new QuorumDecisions({ voters, run: by, now: () => clock.ms++, pause, random: () => 0.5 });
    });
    const seen = await scheduler.waitFor(
      Promise.all(
        streams.map(async (stream, i) => {
          const by = ['a', 'b', 'c'][i] as string;
          const mine = new Map<number, string>();
          for (let place = 0, tries = 0; place < 4 && tries < 200; tries++) {
            const got = await stream.append(propose(by, place + 1), place);
            if (got.as === 'won') mine.set(++place, `${by}-${place}`);
            if (got.as !== 'lost') continue;
            for (const { seq, decisions } of got.winners) mine.set(seq, decisions[0]?.id ?? '');
            place = got.winners.at(-1)?.seq ?? place;
          }
          return mine;
        }),
      ),
    );
    for (const mine of seen) {
      assert.ok(mine.size >= 4, 'it goes on');
      for (const [place, id] of mine)
        for (const other of seen) assert.equal(other.get(place) ?? id, id, `place ${place}`);
    }
    for (const log of logs) log.network = calm;
    const [first = new Map<number, string>()] = seen;
    const late = await opened(logs, quickVoting('d'), 'd');
    assert.deepEqual(
      (await idsOf(late)).slice(0, 4),
      [1, 2, 3, 4].map((place) => first.get(place)),
      'as one reads it that starts',
    );
  });
  await fc.assert(property, cases(40));
  assert.ok(injected > 300, `only ${injected}`);
});

test('more junk than is read at a start hides nothing, and more than is kept lets nobody begin anew', async () => {
  const logs = newLogs();
  const stream = await opened(logs, quickVoting('a'), 'a');
  await decide(stream, 'a', 1, 3);
  for (const log of logs) for (let i = 0; i < 4200; i++) log.inject('junk');
  assert.equal(await (await opened(logs, quickVoting('b'), 'b')).last(), 3);
  // The oldest are gone.
  const pruned = () =>
    logs.map((log) => {
      const short = new MemoryLog(calm);
      for (const text of log.texts) short.inject(text);
      const { read } = short;
      short.read = async (from, to) => (await read.call(short, from, to)).filter(({ seq }) => seq > 4100);
      return short;
    });
  await assert.rejects(opened(pruned(), quickVoting('b'), 'b'), { code: 'store', message: /were used/ });
  // An emitter that runs has entered it anew.
  for (let place = 4; place <= 100; place++) await decide(stream, 'a', place, place);
  assert.equal(await (await opened(pruned(), quickVoting('b'), 'b')).last(), 100);
});

test('junk in logs that are new does not keep the first emitter from beginning', async () => {
  const logs = newLogs();
  for (const log of logs)
    for (const text of [
      '{}',
      'x',
      signEntry(
        { kind: 'begin', place: 9, keys: [quickVoting('z').key], past: [] },
        { log: 1, at: 3 },
        quickVoting('z'),
      ),
    ])
      log.inject(text);
  await decide(await opened(logs, quickVoting('a'), 'a'), 'a', 1, 2);
});

/** Votes by real keys, of emitters that the contract names at the time. */
function rosterOf(...names: string[]) {
  const idOf = (name: string) => signingKey(name).id;
  const roster = { named: new Set(names.map(idOf)) };
  const voting = (name: string) =>
    votingBy({ chain: '11'.repeat(32), pool: 'pool' }, signingKey(name), () => roster.named);
  const name = (...other: string[]) => {
    roster.named = new Set(other.map(idOf));
  };
  return { voting, name, idOf };
}

/** Until what is done in the background is done. */
async function mended(stream: QuorumDecisions): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await stream.last();
    await nextTurn();
  }
}

test('an emitter that the members name has votes once another has entered it, and one that they stop has none', async () => {
  const logs = newLogs();
  const { voting, name } = rosterOf('a', 'b');
  const clock = { ms: 0 };
  const a = await opened(logs, voting('a'), 'a', { clock });
  await decide(a, 'a', 1, 3);
  name('a', 'b', 'c');
  const c = await opened(logs, voting('c'), 'c');
  const early = await c.append(propose('c', 4), 3);
  assert.match(early.as === 'unsure' ? early.why : '', /votes of this emitter’s key do not count/);
  clock.ms += LATE_MS;
  await mended(a);
  assert.equal((await c.append(propose('c', 4), 3)).as, 'won');
  // Nothing that was decided is void by it.
  assert.deepEqual(await idsOf(await opened(logs, voting('b'), 'b')), ['a-1', 'a-2', 'a-3', 'c-4']);
  name('a', 'b');
  clock.ms += LATE_MS;
  await mended(a);
  const stopped = await c.append(propose('c', 5), 4);
  assert.match(stopped.as === 'unsure' ? stopped.why : '', /do not count/);
  // By force: straight into the logs.
  const ballot = { round: 99, by: 'c' };
  for (const [i, log] of logs.entries())
    log.inject(signEntry({ kind: 'promise', place: 5, ballot }, { log: i + 1, at: log.texts.length + 1 }, voting('c')));
  await decide(a, 'a', 5, 6);
});

test('a key that was changed leaves what it decided as it was, for who was there and for who comes', async () => {
  const logs = newLogs();
  const { voting, name } = rosterOf('a', 'b');
  const clock = { ms: 0 };
  const b = await opened(logs, voting('b'), 'b', { clock });
  const a = await opened(logs, voting('a'), 'a');
  for (let place = 1; place <= 9; place += 2) {
    await decide(a, 'a', place, place);
    await decide(b, 'b', place + 1, place + 1);
  }
  const all = await idsOf(b);
  name('a2', 'b');
  clock.ms += LATE_MS;
  await mended(b);
  const again = await opened(logs, voting('a2'), 'a2');
  assert.deepEqual(await idsOf(again), all);
  await decide(again, 'a2', 11, 12);
  assert.deepEqual(await idsOf(b), [...all, 'a2-11', 'a2-12']);
});

test('all keys were changed while no emitter ran: who remembers the old ones goes on, who does not waits for one who does', async () => {
  const logs = newLogs();
  const { voting, name, idOf } = rosterOf('a', 'b');
  await decide(await opened(logs, voting('a'), 'a'), 'a', 1, 3);
  name('a2', 'b');
  const clock = { ms: 0 };
  // Nobody has entered anything that a2 could take for an emitter's: it looks for a while.
  let b = null as QuorumDecisions | null;
  const voters = votersOf(logs, voting('a2'));
  const pause = async () => {
    b ??= await opened(logs, voting('b'), 'b', { clock, remembered: [idOf('a')] });
    clock.ms += LATE_MS;
    await mended(b);
  };
  await beginVoters(voters, { knows: false, make: async () => {}, pause });
  assert.ok(b);
  assert.deepEqual(await idsOf(streamOf(voters, 'a2')), ['a-1', 'a-2', 'a-3']);
  await decide(b, 'b', 4, 4);
  await decide(await opened(logs, voting('a2'), 'a2'), 'a2', 5, 6);
});

test('who sees votes of emitters and none of their beginnings does not begin anew', async () => {
  const logs = newLogs();
  const { voting, name } = rosterOf('a', 'b');
  await decide(await opened(logs, voting('a'), 'a'), 'a', 1, 3);
  await decide(await opened(logs, voting('b'), 'b'), 'b', 4, 4);
  name('a2', 'b');
  await assert.rejects(opened(logs, voting('a2'), 'a2'), {
    code: 'store',
    message: /an emitter that knows them has to run first/,
  });
});

test('emitters whose nodes tell them of other emitters do not undo each other’s word at once', async () => {
  const logs = newLogs();
  const one = rosterOf('a', 'b', 'c');
  const other = rosterOf('a', 'b');
  const clocks: [{ ms: number }, { ms: number }] = [{ ms: 0 }, { ms: 0 }];
  const a = await opened(logs, one.voting('a'), 'a', { clock: clocks[0] });
  const b = await opened(logs, other.voting('b'), 'b', { clock: clocks[1] });
  for (const clock of clocks) clock.ms += LATE_MS;
  const [log] = logs;
  const { length } = log.texts;
  for (let i = 0; i < 5; i++) {
    await mended(b);
    await mended(a);
  }
  assert.equal(log.texts.length, length + 1);
});
