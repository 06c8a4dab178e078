import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Drawn } from '../../../../cli/chaos/draw.ts';
import { killOnce } from '../../../../cli/chaos/kill.ts';
import { slotsOf } from '../../../../cli/chaos/moments.ts';
import type { Scene } from '../../../../cli/chaos/scene.ts';
import { victimOf } from '../../../../cli/chaos/victims.ts';
import type { EventRecord } from '../../../../common/events.ts';
import { keyText } from '../../../../common/keys.ts';
import type { DecisionEvent } from '../../../../common/pool-store.ts';
import { firstSlot, lastSlot, SLOT_MS, slotTime } from '../../../../common/slot.ts';
import { QuorumDecisions } from '../../../../emitter/log/quorum/decisions.ts';
import { type VoteLog, Voter } from '../../../../emitter/log/quorum/voter.ts';
import { decision } from '../../../support/events.ts';
import { until } from '../../../support/processes.ts';
import { signingKey } from '../../../support/signed-chain.ts';
import { MemoryLog } from '../../../support/vote-log.ts';
import { votingOf } from '../../../support/voting.ts';

const FIRST = 137_000_000;
const MEMBERS = ['member1', 'member2', 'member3'];
const SIGNERS = MEMBERS.map((name) => signingKey(name).id);
const [LEADER = '', SECOND = ''] = SIGNERS;

/** The part of a scene that a kill needs, with a process that stands for each victim; `tell` is an emitter's log. */
function fakeScene(t: { after(fn: () => void): void }) {
  const processes = new Map<string, ChildProcess>();
  for (const name of [...MEMBERS, 'relay', 'relay2', 'emitter1', 'emitter2', 'oracle1', 'nats-a', 'nats-b'])
    processes.set(name, spawn('sleep', ['60'], { stdio: 'ignore' }));
  t.after(() => {
    for (const child of processes.values()) child.kill('SIGKILL');
  });
  const listeners = new Set<(record: EventRecord, emitter: string) => void>();
  const pidOf = (name: string) => processes.get(name)?.pid ?? null;
  const run = {
    turns: { first: FIRST, round: 2 },
    options: { mode: 'propose' },
    failed: new Promise<never>(() => {}),
    state: {
      members: MEMBERS.map((node, i) => ({ account: node, node, signingKey: keyText(SIGNERS[i] ?? '') })),
      oracles: [{ account: 'oracle1' }],
    },
    emitters: [1, 2].map((i) => ({ name: `emitter${i}`, relay: i === 1 ? 'relay' : 'relay2' })),
    natsNodes: ['nats-a', 'nats-b'],
    nodeOf: (signer: string) => ({ name: MEMBERS[SIGNERS.indexOf(signer)] }),
    pidOf,
    kill: (name: string, signal: NodeJS.Signals) => process.kill(pidOf(name) as number, signal),
    onRecord(listener: (record: EventRecord, emitter: string) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const scene = {
    run,
    window: FIRST,
    leader: null as string | null,
    leaderIn: () => scene.leader,
    clock: { now: () => NOW },
    startOf: () => NOW - 1000,
  };
  const tell = (type: 'emission' | 'candidate', window: number, slot: number, emitter = 'emitter1') => {
    const event = { type, slot: firstSlot(window) + slot, signer: LEADER };
    for (const listener of [...listeners]) listener({ event } as EventRecord, emitter);
  };
  return { scene: scene as unknown as Scene & { leader: string | null }, processes, tell };
}

/** How long before the window's end the clock of a scene stands. */
const LEFT_MS = 1000;
const NOW = slotTime(lastSlot(FIRST)) + SLOT_MS - LEFT_MS;

const drawn = (victim: Drawn['victim'], pick = 0): Drawn => ({ victim, moment: { at: 'emission', slot: 11 }, pick });

/** Of a process: S sleeps, T is frozen. */
function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a leader dies after its slot’s emission, in a full window only: nobody would count what the kill costs before', async (t) => {
  const { scene, processes, tell } = fakeScene(t);
  const [node] = [processes.get('member1') as ChildProcess];
  const ended = new Promise((resolve) => node.once('exit', (_, signal) => resolve(signal)));
  scene.leader = LEADER;
  const killing = killOnce(scene, drawn('leader'), 'KILL', () => {});
  tell('emission', FIRST - 2, 11);
  tell('emission', FIRST, 10);
  await turn();
  assert.equal(node.signalCode, null);
  tell('emission', FIRST, 11);
  assert.equal(await ended, 'SIGKILL');
  // It is back when every emitter had a candidate of it in a later window.
  let isOver = false;
  void killing.then(() => {
    isOver = true;
  });
  tell('candidate', FIRST + 2, 0, 'emitter1');
  await turn();
  assert.equal(isOver, false);
  tell('candidate', FIRST, 11, 'emitter2');
  await turn();
  assert.equal(isOver, false);
  tell('candidate', FIRST + 2, 0, 'emitter2');
  const { victim, name, window, ms, backMs } = await killing;
  assert.deepEqual({ victim, name, window, ms }, { victim: 'leader', name: 'member1', window: FIRST, ms: 1000 });
  assert.ok(backMs >= 0);
});

test('one that is frozen goes on, with the same pid', { timeout: 30_000 }, async (t) => {
  const { scene, processes, tell } = fakeScene(t);
  const pid = processes.get('member1')?.pid as number;
  scene.leader = LEADER;
  const killing = killOnce(scene, drawn('leader'), 'STOP', () => {});
  tell('emission', FIRST, 11);
  await until('it to be frozen', () => stateOf(pid) === 'T');
  await until('it to go on', () => stateOf(pid) === 'S');
  await turn();
  for (const emitter of ['emitter1', 'emitter2']) tell('candidate', FIRST + 2, 0, emitter);
  assert.equal((await killing).name, 'member1');
  assert.equal(processes.get('member1')?.pid, pid);
});

test('the member that leads is no victim of kind member, and the only one of kind leader', (t) => {
  const { scene } = fakeScene(t);
  const all = (victim: Drawn['victim']) =>
    new Set(Array.from({ length: 20 }, (_, i) => victimOf(scene, drawn(victim, i / 20))));
  assert.deepEqual([...all('member')], MEMBERS);
  assert.throws(() => victimOf(scene, drawn('leader')), { code: 'run', message: /no leader runs/ });
  scene.leader = SECOND;
  assert.deepEqual([...all('member')], ['member1', 'member3']);
  assert.deepEqual([...all('leader')], ['member2']);
  assert.deepEqual([...all('relay')], ['relay', 'relay2']);
  assert.deepEqual([...all('emitter')], ['emitter1', 'emitter2']);
  assert.deepEqual([...all('oracle')], ['oracle1']);
  assert.deepEqual([...all('nats')], ['nats-a', 'nats-b']);
});

test('who does not run is not hit', (t) => {
  const { scene, processes } = fakeScene(t);
  processes.get('relay')?.kill('SIGKILL');
  processes.delete('relay');
  for (const pick of [0, 0.5, 0.99]) assert.equal(victimOf(scene, drawn('relay', pick)), 'relay2');
});

test('the slots of a vote are those of the proposal that it accepts, as emitters write it', async () => {
  const votes: string[] = [];
  const voters = [1, 2, 3].map((number) => {
    const log = new MemoryLog({ travel: async () => {}, isLost: () => false });
    const append = (text: string, after: number) => {
      votes.push(text);
      return log.append(text, after);
    };
    const spied: VoteLog = { last: () => log.last(), read: (from, to) => log.read(from, to), append };
    return new Voter({ log: spied, number, voting: votingOf(), now: () => 0 });
  });
  for (const voter of voters) await voter.begin(1);
  const pause = async () => {};
  const quorum = new QuorumDecisions({ voters, run: 'run', now: () => 0, pause, random: () => 0.5 });
  const decisions = [decision(7), decision(8)] as DecisionEvent[];
  assert.equal((await quorum.append({ emitter: 'emitter1', decisions }, 0)).as, 'won');
  const accepting = votes.filter((vote) => slotsOf(vote).length > 0);
  assert.ok(accepting.length >= 2 && accepting.length < votes.length);
  for (const vote of accepting) assert.deepEqual(slotsOf(vote), [7, 8]);
});

test('another message has no slots, whatever is in it', () => {
  for (const other of ['', '{', 'null', '{"proposal":"{"}', '{"proposal":"{}"}', '{"proposal":"{\\"text\\":1}"}'])
    assert.deepEqual(slotsOf(other), [], other);
});
