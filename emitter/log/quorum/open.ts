import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PoolError } from '../../../common/errors.ts';
import type { Nats } from '../../../common/nats/connection.ts';
import { STREAM_DEFAULTS, votePlace } from '../../../common/nats/streams.ts';
import type { Known } from '../store-mark.ts';
import { beginVoters } from './begin.ts';
import { QuorumDecisions } from './decisions.ts';
import { NatsVotes } from './nats-votes.ts';
import type { Voting } from './signed-vote.ts';
import { Voter } from './voter.ts';

/** Each on the node that has its tag, so that no two are on one node. */
const VOTERS = [1, 2, 3];

/**
 * The decisions of a pool in a cluster. `nodes`: see connectNodes. `voting`: of which pool they are, and by which key this emitter votes. `known`: what it knows of them from earlier runs. Rejects with PoolError `store` when too few nodes
 * answer, and `store_lost` when what it knows is not there any more.
 */
export async function openQuorum(
  nodes: readonly Nats[],
  voting: Voting,
  known: Known | null,
  settings = STREAM_DEFAULTS,
): Promise<QuorumDecisions> {
  const now = () => performance.now();
  const pause = (ms: number) => sleep(ms);
  const logs = await Promise.all(VOTERS.map((i) => NatsVotes.of(someOf(nodes), votePlace(voting.identity.pool, i))));
  const remembered = known?.keys ?? [];
  const voters = logs.map((log, i) => new Voter({ log, number: VOTERS[i] as number, voting, remembered, now }));
  const make = () => Promise.all(logs.map((log, i) => log.make(`vote-${VOTERS[i]}`, settings)));
  await beginVoters(voters, { knows: known !== null && known.seq > 0, make, pause });
  await takeWays(logs, nodes);
  const run = randomBytes(8).toString('hex');
  const decisions = new QuorumDecisions({ voters, run, now, pause, random: Math.random });
  if (known) await decisions.requireKnown(known);
  return decisions;
}

/** Each voter is reached by its own node: a node that dies takes no other voter's messages with it. */
async function takeWays(logs: NatsVotes[], nodes: readonly Nats[]): Promise<void> {
  const homes = await Promise.all(logs.map((log) => log.home()));
  const byName = new Map(nodes.map((node) => [node.connection.info?.server_name, node]));
  const free = nodes.filter(({ connection }) => !homes.includes(connection.info?.server_name ?? ''));
  // The node of one that is away is not known: it is one that no other has, or is reached by any.
  const ways = homes.map((home) => byName.get(home ?? undefined) ?? free.pop() ?? someOf(nodes));
  await Promise.all(logs.map((log, i) => log.goBy(ways[i] as Nats)));
}

function someOf(nodes: readonly Nats[]): Nats {
  const [first] = nodes;
  if (!first) throw new PoolError('store', 'no node of the NATS cluster is connected');
  return first;
}
