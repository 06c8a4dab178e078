import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Nats } from '../../../common/nats/connection.ts';
import { STREAM_DEFAULTS, votePlace } from '../../../common/nats/streams.ts';
import type { Known } from '../store-mark.ts';
import { beginVoters } from './begin.ts';
import { QuorumDecisions } from './decisions.ts';
import { NatsVotes } from './nats-votes.ts';
import { Voter } from './voter.ts';

/** Each on the node that has its tag, so that no two are on one node. */
const VOTERS = [1, 2, 3];

/**
 * The decisions of a pool in a cluster. `known`: what this emitter knows of them from earlier runs. Rejects with PoolError `store` when too few nodes
 * answer, and `store_lost` when what it knows is not there any more.
 */
export async function openQuorum(
  nats: Nats,
  pool: string,
  known: Known | null,
  settings = STREAM_DEFAULTS,
): Promise<QuorumDecisions> {
  const now = () => performance.now();
  const pause = (ms: number) => sleep(ms);
  const logs = await Promise.all(VOTERS.map((i) => NatsVotes.of(nats, votePlace(pool, i))));
  const voters = logs.map((log) => new Voter(log, now));
  const make = () => Promise.all(logs.map((log, i) => log.make(`vote-${VOTERS[i]}`, settings)));
  await beginVoters(voters, { knows: known !== null && known.seq > 0, make, pause });
  const run = randomBytes(8).toString('hex');
  const decisions = new QuorumDecisions({ voters, run, now, pause, random: Math.random });
  if (known) await decisions.requireKnown(known);
  return decisions;
}
