import { setTimeout as sleep } from 'node:timers/promises';
import { connectNodes, type Nats } from '../../../common/nats/connection.ts';
import type { NatsCluster } from '../../../devnet/nats-cluster.ts';
import type { QuorumDecisions } from '../../../emitter/log/quorum/decisions.ts';
import { openQuorum } from '../../../emitter/log/quorum/open.ts';
import { decision } from '../../support/events.ts';
import type { FarProxy } from '../../support/far-proxy.ts';
import { SMALL } from '../../support/nats.ts';
import { votingOf } from '../../support/voting.ts';
import { far } from './far-cluster.ts';
import { quantiles, timed } from './times.ts';

/** Where two emitters are: round trips in ms to the three nodes. */
export interface Placement {
  name: string;
  one: readonly number[];
  other: readonly number[];
}

export interface Samples {
  alone: number;
  other: number;
  deaths: number;
}

const SLOT_MS = 500;
/** What is not decided by then is counted as not decided at all. */
const GIVES_UP_MS = 4000;
/** Starts of all emitters of a placement that may fail. */
const MOST_STARTS = 100;
/** An emitter that is not the last winner waits so long for the winner before it proposes (many-emitters.md). */
const OTHER_WAITS_MS = 30;

interface Emitter {
  name: string;
  stream: QuorumDecisions;
  nodes: Nats[];
  proxies: FarProxy[];
}

/** Decisions of two emitters over such ways. Gives rows of a table. */
export async function measureDecisions(
  cluster: NatsCluster,
  placement: Placement,
  loss: number,
  seed: number,
  samples: Samples,
): Promise<string[]> {
  const pool = `p${seed}`;
  let count = 0;
  let refusedStarts = 0;
  /** Far away the votes that it has to read may not come in time; it is started again then. */
  const opened = async (nodes: Nats[]): Promise<QuorumDecisions> => {
    for (;;) {
      try {
        return await openQuorum(nodes, votingOf(pool), null, SMALL);
      } catch (thrown) {
        if (++refusedStarts > MOST_STARTS) throw thrown;
      }
    }
  };
  const enter = async (name: string, roundTrips: readonly number[]): Promise<Emitter> => {
    const starting = cluster.names.map((node, i) => {
      const way = { roundTripMs: roundTrips[i] ?? 0, loss, seed: seed * 1000 + 100 * count++ };
      return far(cluster.address(node), way);
    });
    const ways = await Promise.all(starting);
    const nodes = await connectNodes(`nats://${ways.map(({ at }) => at).join(',')}`, name);
    const stream = await opened(nodes);
    return { name, stream, nodes, proxies: ways.map(({ proxy }) => proxy) };
  };
  const one = await enter('one', placement.one);
  const other = await enter('other', placement.other);
  let place = 0;
  const unsure = { alone: 0, other: 0, death: 0 };
  const failed = { alone: 0, other: 0, death: 0 };
  /** Until the next place is decided, by whomever. */
  const decide = async ({ name, stream }: Emitter, phase: keyof typeof unsure) => {
    const [expected, end] = [place, performance.now() + GIVES_UP_MS];
    while (place === expected) {
      if (performance.now() > end) {
        failed[phase]++;
        return;
      }
      const proposal = { emitter: name, decisions: [decision(expected + 1)] };
      const got = await stream.append(proposal, expected);
      if (got.as === 'unsure') unsure[phase]++;
      else place = got.as === 'won' ? got.seq : (got.winners.at(-1)?.seq ?? expected);
    }
  };
  for (let i = 0; i < 5; i++) await decide(one, 'alone');
  const alone = await timed(samples.alone, SLOT_MS, () => decide(one, 'alone'));
  const others: number[] = [];
  for (let i = 0; i < samples.other; i++) {
    others.push(...(await timed(1, SLOT_MS, () => decide(i % 2 === 0 ? other : one, 'other'))));
    // What the other one decided is heard of by a subscription, and read, before the next slot.
    await follow(i % 2 === 0 ? one : other);
  }
  const deaths: number[] = [];
  for (let i = 0; i < samples.deaths; i++) {
    const winner = await enter(`winner${i}`, placement.one);
    await decide(winner, 'death');
    await follow(other);
    // It dies while it decides the next one, at any moment of it.
    const farthest = Math.max(...placement.one);
    void winner.stream.append({ emitter: winner.name, decisions: [decision(place + 1)] }, place);
    await sleep((farthest * i) / samples.deaths);
    for (const proxy of winner.proxies) proxy.stop();
    const [took] = await timed(1, 0, async () => {
      await sleep(OTHER_WAITS_MS);
      await decide(other, 'death');
    });
    deaths.push(took ?? NaN);
    await Promise.all(winner.nodes.map(({ connection }) => connection.close()));
  }
  for (const { nodes, proxies } of [one, other]) {
    await Promise.all(nodes.map(({ connection }) => connection.close()));
    for (const proxy of proxies) proxy.stop();
  }
  const head = `| ${placement.name} | ${loss * 100} %`;
  return [
    `${head} | last winner | ${quantiles(alone)} | ${unsure.alone} | ${failed.alone} |`,
    `${head} | another | ${quantiles(others)} | ${unsure.other} | ${failed.other} |`,
    `${head} | winner died | ${quantiles(deaths)} | ${unsure.death} | ${failed.death} |`,
    `${head} | starts that failed: ${refusedStarts} |`,
  ];
}

async function follow({ stream }: Emitter): Promise<void> {
  await stream.last().catch(() => {}); // Not heard in time: it asks for what it lacks.
}
