import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectNats, connectNodes, type Nats } from '../../common/nats/connection.ts';
import { ensureStream } from '../../common/nats/streams.ts';
import { NATS_PORTS, NatsCluster } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { Supervisor } from '../../devnet/supervisor.ts';
import { eventually } from '../../devnet/wait.ts';
import { openQuorum } from '../../emitter/log/quorum/open.ts';
import { leaderOf, SMALL } from '../support/nats.ts';
import { SlotWriter } from '../support/slot-writer.ts';
import { votingOf } from '../support/voting.ts';

/**
 * `node tests/experiments/13-nats.ts`: what nats-server's conditions on a publish hold against three writers in a cluster, and how long nothing
 * is decided when the node that leads the stream is killed. See docs/decisions/experiment-13-nats.md.
 */
const ROUNDS = 500;
const KILLS = 10;

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-nats-'));
const supervisor = new Supervisor();
const ports = await reservePorts(NATS_PORTS);
const cluster = new NatsCluster(dir, supervisor, await findNatsServer(), ports.base);
await cluster.start();
const nats = await Promise.all(
  cluster.names.map((name) => connectNats(`nats://${cluster.address(name)}`, 'experiment')),
);

/** All three publish at once, on condition that what they name is still the last; counts the rounds in which more than one was told that it stands. */
async function doubles(condition: 'lastSequence' | 'lastSubjectSequence'): Promise<number> {
  const [stream, subject] = [condition, `experiment.${condition}`];
  await ensureStream(nats[0] as Nats, { name: stream, subjects: [subject], num_replicas: 3 });
  let [last, doubled] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const options = { expect: { [condition]: last } };
    const tries = nats.map(({ streams }, i) => streams.publish(subject, `${i}`, options));
    const stand = (await Promise.allSettled(tries)).flatMap((one) =>
      one.status === 'fulfilled' ? [one.value.seq] : [],
    );
    if (stand.length > 1) doubled++;
    last = Math.max(last, ...stand);
  }
  return doubled;
}

/** Ms until the next message stands in a stream with three copies, and the next decision in three streams with one, after a node was killed. */
async function gaps(which: 'stream, its leader' | 'stream, another' | 'votes'): Promise<number[]> {
  const found: number[] = [];
  const [first] = nats as [Nats];
  const stream = `gaps-${which.replace(/\W+/g, '-')}`;
  await ensureStream(first, { name: stream, subjects: [`experiment.${stream}`], num_replicas: 3 });
  const writer = new SlotWriter(
    await openQuorum(await connectNodes(cluster.url, 'votes'), votingOf(stream), null, SMALL),
    'emitter1',
  );
  let last = 0;
  const append = async () => {
    if (which === 'votes') return writer.decide(++last);
    const options = { expect: { lastSequence: last } };
    last = await eventually(
      'an answer',
      async () => (await first.streams.publish(`experiment.${stream}`, '', options)).seq,
      60_000,
      5,
    );
  };
  while (found.length < KILLS) {
    await append();
    const leader = await leaderOf(nats, stream);
    const other = cluster.names.find((name) => name !== leader) as string;
    const victim = which === 'stream, another' ? other : leader;
    await cluster.kill(victim);
    const started = performance.now();
    await append();
    found.push(Math.round(performance.now() - started));
    await cluster.startNode(victim);
  }
  return found.sort((a, b) => a - b);
}

const say = (text: string) => process.stdout.write(`${text}\n`);
for (const condition of ['lastSequence', 'lastSubjectSequence'] as const)
  say(`${condition}: more than one of three stood in ${await doubles(condition)} of ${ROUNDS} rounds`);
for (const which of ['stream, its leader', 'stream, another', 'votes'] as const)
  say(`${which} killed, ms without a decision: ${(await gaps(which)).join(' ')}`);
await Promise.all(nats.map(({ connection }) => connection.close()));
await supervisor.stopAll();
await ports.release();
rmSync(dir, { recursive: true, force: true });
