import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { nkeys } from '@nats-io/transport-node';
import { chainRecord, GENESIS_HASH } from '../../common/events.ts';
import { connectNats, connectNodes, type Nats } from '../../common/nats/connection.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import { exchangeSubject, recordPlace, votePlace } from '../../common/nats/streams.ts';
import { NATS_NAMES } from '../../devnet/nats-cluster.ts';
import { eventually } from '../../devnet/wait.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { signEntry } from '../../emitter/log/quorum/signed-vote.ts';
import type { Entry } from '../../emitter/log/quorum/tally.ts';
import { decision } from '../support/events.ts';
import { SMALL, startCluster } from '../support/nats.ts';
import { SlotWriter } from '../support/slot-writer.ts';
import { votingOf } from '../support/voting.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-accounts-'));
after(() => rmSync(dir, { recursive: true, force: true }));

/** The file in deploy/, with keys whose seeds are known here; the users in its order, and one more in each account who may do anything there. */
const USERS = ['one-emitter1', 'one-emitter2', 'one-oracle', 'two-emitter1'] as const;
const OPERATORS = ['one-operator', 'two-operator'] as const;
/** A user whom the operator of one node has let in, on that node alone. */
const INTRUDER = 'one-intruder';
const INTRUDED = NATS_NAMES[2] ?? '';
type User = (typeof USERS)[number] | (typeof OPERATORS)[number] | typeof INTRUDER;
let text = readFileSync(path.join(import.meta.dirname, '../../deploy/nats/pools.conf'), 'utf8');
const pairs = new Map<User, ReturnType<typeof nkeys.createUser>>();
for (const user of [...USERS, ...OPERATORS, INTRUDER] as const) {
  const pair = nkeys.createUser();
  pairs.set(user, pair);
  writeFileSync(seedFile(user), pair.getSeed(), { mode: 0o600 });
}
const keys = [...text.matchAll(/\bU[A-Z2-7]{55}\b/g)].map(([key]) => key);
assert.equal(keys.length, USERS.length, 'a key for each user of the file');
for (const [i, user] of USERS.entries()) text = text.replace(keys[i] as string, publicKey(user));
for (const [i, user] of OPERATORS.entries()) {
  const at = [...text.matchAll(/users \[\n/g)][i] as RegExpMatchArray;
  const end = (at.index ?? 0) + at[0].length;
  text = `${text.slice(0, end)}      { nkey: ${publicKey(user)} }\n${text.slice(end)}`;
}
const withIntruder = text.replace('users [\n', `users [\n      { nkey: ${publicKey(INTRUDER)} }\n`);
const { cluster } = await startCluster({ lines: (name) => [name === INTRUDED ? withIntruder : text] });

function publicKey(user: User): string {
  return pairs.get(user)?.getPublicKey() ?? '';
}

function seedFile(user: User): string {
  return path.join(dir, user);
}

const open: Nats[] = [];
after(() => Promise.all(open.map(({ connection }) => connection.close())));

async function as(user: User): Promise<Nats> {
  const nats = await connectNats(cluster.url, user, { creds: seedFile(user) });
  open.push(nats);
  return nats;
}

async function quorumAs(user: User, pool: string) {
  const nodes = await connectNodes(cluster.url, user, { creds: seedFile(user) });
  open.push(...nodes);
  return openQuorum(nodes, votingOf(pool), null, SMALL);
}

const record = (seq = 1) => chainRecord(seq, 1, decision(seq), GENESIS_HASH);

test('two emitters decide and write records by these permissions, and the oracle reads them', async () => {
  const writers = [
    new SlotWriter(await quorumAs('one-emitter1', 'pool.one'), 'emitter1'),
    new SlotWriter(await quorumAs('one-emitter2', 'pool.one'), 'emitter2'),
  ];
  for (let slot = 1; slot <= 20; slot++) await Promise.all(writers.map((writer) => writer.decide(slot)));
  assert.equal(writers[0]?.emitted.size, 20);
  assert.deepEqual(writers[0]?.emitted, writers[1]?.emitted);
  const own = await NatsRecords.open(await as('one-emitter1'), 'pool.one', 'emitter1', SMALL);
  let last = record();
  for (let seq = 1; seq <= 20; seq++) {
    if (seq > 1) last = chainRecord(seq, 1, decision(seq), last.hash);
    await own.append([last]);
  }
  const read = await NatsRecords.find(await as('one-oracle'), 'pool.one', 'emitter1');
  assert.deepEqual((await read?.after(0, 100))?.at(-1), last);
});

test('no emitter writes another’s records, and the oracle writes none and makes none', async () => {
  await NatsRecords.open(await as('one-emitter2'), 'pool.one', 'emitter2', SMALL);
  const { subject } = recordPlace('pool.one', 'emitter2');
  for (const user of ['one-emitter1', 'one-oracle'] as const) {
    const nats = await as(user);
    await assert.rejects(nats.streams.publish(subject, '{}'), /permission/i, user);
    const theirs = await NatsRecords.find(nats, 'pool.one', 'emitter2');
    await assert.rejects(theirs?.append([record()]) ?? Promise.resolve(), { code: 'store' }, user);
  }
  const found = await (await as('one-operator')).manager.streams.info(recordPlace('pool.one', 'emitter2').stream);
  assert.equal(found.state.messages, 0);
});

test('an emitter answers for itself when others ask for blocks, and hears no other’s requests', async () => {
  const [one, two] = [await as('one-emitter1'), await as('one-emitter2')];
  const block = exchangeSubject('pool.one', 'block', 'emitter2');
  two.connection.subscribe(block, { callback: (_, message) => void message.respond('a piece') });
  const seen: string[] = [];
  one.connection.subscribe(exchangeSubject('pool.one', 'seen', '*'), {
    callback: (_, { subject }) => void seen.push(subject),
  });
  const stranger = Promise.withResolvers<Error | null>();
  one.connection.subscribe(block, { callback: (error) => stranger.resolve(error) });
  assert.match(String(await stranger.promise), /permission/i);
  await Promise.all([one, two].map(({ connection }) => connection.flush()));
  assert.equal((await one.connection.request(block, '', { timeout: 2000 })).string(), 'a piece');
  two.connection.publish(exchangeSubject('pool.one', 'seen', 'emitter1'), '{}');
  two.connection.publish(exchangeSubject('pool.one', 'seen', 'emitter2'), '{}');
  await eventually('what the other saw', async () => seen[0]);
  assert.deepEqual(seen, [exchangeSubject('pool.one', 'seen', 'emitter2')]);
});

test('nobody deletes, purges or changes a stream by these permissions', async () => {
  const { stream } = votePlace('pool.one', 1);
  for (const user of ['one-emitter1', 'one-oracle'] as const) {
    const { manager } = await as(user);
    await assert.rejects(manager.streams.delete(stream), /permission/i);
    await assert.rejects(manager.streams.purge(stream), /permission/i);
    await assert.rejects(manager.streams.update(stream, { max_msgs: 1 }), /permission/i);
    await assert.rejects(manager.streams.deleteMessage(stream, 1), /permission/i);
  }
});

test('what one pool sends and stores is not there for another, whatever that one may do in its own account', async () => {
  const two = await as('two-operator');
  const heard: string[] = [];
  two.connection.subscribe('>', { callback: (_, { subject }) => void heard.push(subject) });
  await two.connection.flush();
  const writer = new SlotWriter(await quorumAs('one-emitter1', 'pool.one'), 'emitter1', 20);
  for (let slot = 21; slot <= 25; slot++) await writer.decide(slot);
  // The own messages arrive after all that was sent before.
  two.connection.publish('own', '');
  await two.connection.flush();
  assert.deepEqual(
    heard.filter((subject) => subject.startsWith('bppool.pool_one')),
    [],
  );
  assert.ok(heard.includes('own'));
  const names = (await two.manager.streams.list().next()).map(({ config }) => config.name);
  assert.deepEqual(
    names.filter((name) => name.includes('pool_one')),
    [],
  );
  await assert.rejects(two.manager.streams.info(votePlace('pool.one', 1).stream), /not found/);
});

test('what another pool writes to this one’s subjects does not arrive', async () => {
  const one = await as('one-operator');
  const { stream, subject } = votePlace('pool.one', 1);
  const before = (await one.manager.streams.info(stream)).state.last_seq;
  const two = await as('two-operator');
  await assert.rejects(two.streams.publish(subject, '{"kind":"begin","place":1}', { timeout: 500 }));
  two.connection.publish(subject, '{"kind":"begin","place":1}');
  await two.connection.flush();
  await assert.rejects(two.manager.streams.delete(stream), /not found/);
  assert.equal((await one.manager.streams.info(stream)).state.last_seq, before);
  // By its emitter's key it may not even try.
  await assert.rejects((await as('two-emitter1')).streams.publish(subject, ''), /permission/i);
});

test('a pool has no more streams and bytes than its quota', async () => {
  const two = await as('two-operator');
  await openQuorum([two], votingOf('pool.two'), null, SMALL);
  const over = { ...SMALL, recordsBytes: 5 * 1024 ** 3 };
  await assert.rejects(NatsRecords.open(two, 'pool.two', 'emitter9', over), {
    code: 'store',
    message: /limit|storage|resources/,
  });
  await NatsRecords.open(await as('two-emitter1'), 'pool.two', 'emitter1', SMALL);
  await assert.rejects(two.manager.streams.add({ name: 'one-more', subjects: ['more'] }), /maximum number of streams/);
});

test('who operates one node lets in somebody who writes into all three logs: no emitter counts it, and they go on', async () => {
  const intruder = await connectNats(cluster.urlOf(INTRUDED), 'intruder', { creds: seedFile(INTRUDER) });
  open.push(intruder);
  const quorum = await quorumAs('one-emitter1', 'pool.one');
  const before = await quorum.last();
  const writer = new SlotWriter(quorum, 'emitter1', before);
  const stranger = votingOf('pool.one', 'intruder');
  const ballot = { round: 1000, by: 'zz' };
  const proposal = JSON.stringify({ run: 'zz', text: '{"emitter":"zz","decisions":[]}' });
  const homes = new Set<string | undefined>();
  let injected = 0;
  const inject = async (place: number) => {
    for (const log of [1, 2, 3]) {
      const { stream, subject } = votePlace('pool.one', log);
      const { state, cluster: at } = await intruder.manager.streams.info(stream);
      homes.add(at?.leader);
      const old = await intruder.manager.streams.getMessage(stream, { seq: state.last_seq });
      const forged: Entry[] = [
        { kind: 'promise', place, ballot },
        { kind: 'accept', place, ballot, proposal },
        { kind: 'begin', place: place + 1000, keys: [stranger.key], past: [] },
      ];
      const texts = ['{}', old?.string() ?? '', '{"kind":"begin","place":1}'];
      let next = state.last_seq + 1 + texts.length;
      for (const entry of forged) texts.push(signEntry(entry, { log, at: next++ }, stranger));
      // Their key and its signature of something else.
      texts.push(texts.at(-1)?.replace(stranger.key, votingOf('pool.one').key) ?? '');
      for (const text of texts) await intruder.streams.publish(subject, text);
      injected += texts.length;
    }
  };
  for (let slot = 26; slot <= 35; slot++) {
    await inject(before + slot - 25);
    assert.ok(await writer.decide(slot));
  }
  assert.equal(homes.size, 3, 'the logs are on three nodes');
  assert.ok(injected > 200);
  assert.equal(writer.counts.won, 10, 'each by the first who asked');
  const late = await quorumAs('one-emitter2', 'pool.one');
  const decided = (await late.after(before, 100)).map(({ decisions }) => decisions[0]?.id);
  assert.deepEqual(decided, [...writer.emitted.values()]);
  // By no other node, and without being led back to that one.
  const elsewhere = connectNodes(cluster.urlOf(cluster.names[0] ?? ''), 'intruder', { creds: seedFile(INTRUDER) });
  await assert.rejects(elsewhere, { code: 'store' });
});

test('who has no key of the cluster is not let in', async () => {
  await assert.rejects(connectNats(cluster.url, 'stranger'), {
    code: 'store',
    message: /cannot be reached: .*[Aa]uthorization/,
  });
  const stranger = path.join(dir, 'stranger');
  writeFileSync(stranger, nkeys.createUser().getSeed(), { mode: 0o600 });
  await assert.rejects(connectNats(cluster.url, 'stranger', { creds: stranger }), { code: 'store' });
});

test('the limit of all this: who operates one node lets in somebody who deletes the logs; then nothing is decided any more', async () => {
  const quorum = await quorumAs('one-emitter1', 'pool.one');
  const before = await quorum.last();
  const writer = new SlotWriter(quorum, 'emitter1', before);
  const intruder = await connectNats(cluster.urlOf(INTRUDED), 'intruder', { creds: seedFile(INTRUDER) });
  open.push(intruder);
  const remove = (voter: number) => intruder.manager.streams.delete(votePlace('pool.one', voter).stream);
  await remove(1);
  for (let slot = 100; slot <= 105; slot++) assert.ok(await writer.decide(slot), 'by the two others');
  await Promise.all([remove(2), remove(3)]);
  assert.equal(await writer.decide(106, 1000), false);
  const nodes = await connectNodes(cluster.url, 'one-emitter2', { creds: seedFile('one-emitter2') });
  open.push(...nodes);
  const again = openQuorum(nodes, votingOf('pool.one', 'emitter2'), quorum.known, SMALL);
  await assert.rejects(again, { code: 'store_lost', message: /voters have lost what they said/ });
});
