import { JetStreamApiCodes, JetStreamApiError, type StreamInfo } from '@nats-io/jetstream';
import { sha256 } from '../../common/canonical.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Nats } from '../../common/nats/connection.ts';
import {
  decisionPlace,
  decisionStream,
  ensureStream,
  findStream,
  type Place,
  readMany,
  readOne,
  STREAM_DEFAULTS,
  type Stored,
} from '../../common/nats/streams.ts';
import {
  type Appended,
  type Decided,
  type DecisionStream,
  type Proposal,
  proposalText,
} from '../../common/pool-store.ts';
import { LIMITS } from '../limits.ts';
import type { Known } from './store-mark.ts';

/**
 * The decisions of all emitters of a pool, in one stream of the cluster. Each append names the place that it has to come right after, and the
 * cluster checks that when the message takes its place, so of several that race one stands. (The condition on a subject's last place, on which
 * KV buckets rest, is no such check in a cluster: nats-server 2.9 makes it before the messages are in order, and two can pass; see
 * docs/decisions/experiment-13-nats.md.)
 */
export class NatsDecisions implements DecisionStream {
  private readonly nats: Nats;
  private readonly place: Place;
  /** What a later run is to find there again: the time at which the stream was made, and the newest decision seen. */
  known: Known;

  private constructor(nats: Nats, place: Place, info: StreamInfo, known: Known | null) {
    this.nats = nats;
    this.place = place;
    this.known = known ?? { created: info.created, seq: 0, hash: '' };
  }

  /**
   * `known`: what this emitter knows of the stream from earlier runs. Rejects with PoolError `store_lost` when that is not in it any more, and
   * `store` when the cluster does not answer; a stream is made only for an emitter that knows of none.
   */
  static async open(nats: Nats, pool: string, known: Known | null, settings = STREAM_DEFAULTS): Promise<NatsDecisions> {
    const place = decisionPlace(pool);
    const wanted = decisionStream(place, settings);
    const info = known ? await findStream(nats, place.stream) : await ensureStream(nats, wanted);
    if (known) await requireKnown(nats, place.stream, info, known);
    return new NatsDecisions(nats, place, info as StreamInfo, known);
  }

  async last(): Promise<number> {
    const info = await findStream(this.nats, this.place.stream);
    if (info?.created !== this.known.created) throw lost(this.place.stream, 'it was made anew while this emitter ran');
    return info.state.last_seq;
  }

  async append(proposal: Proposal, expected: number): Promise<Appended> {
    const text = proposalText(proposal);
    const { stream, subject } = this.place;
    try {
      const options = { expect: { lastSequence: expected, streamName: stream } };
      const { seq } = await this.nats.streams.publish(subject, text, options);
      this.saw({ seq, text });
      return { as: 'won', seq };
    } catch (thrown) {
      if (isRefusedPlace(thrown)) return this.afterRefusal(text, expected);
      return { as: 'unsure', why: sentence(thrown) };
    }
  }

  async after(seq: number, limit: number): Promise<Decided[]> {
    const to = Math.min(await this.last(), seq + limit);
    const found = await readMany(this.nats, this.place.stream, seq + 1, to);
    this.saw(found.at(-1));
    return found.map(decidedOf);
  }

  private saw(stored: Stored | undefined): void {
    if (stored && stored.seq > this.known.seq)
      this.known = { ...this.known, seq: stored.seq, hash: hashOf(stored.text) };
  }

  /** Somebody stands there: another emitter, or this one by an append whose answer was lost. */
  private async afterRefusal(text: string, expected: number): Promise<Appended> {
    try {
      const to = Math.min(await this.last(), expected + LIMITS.decisionsRead);
      const found = await readMany(this.nats, this.place.stream, expected + 1, to);
      const [first] = found;
      if (first?.seq !== expected + 1) return { as: 'unsure', why: `the decision after ${expected} cannot be read` };
      this.saw(found.at(-1));
      return first.text === text ? { as: 'won', seq: first.seq } : { as: 'lost', winners: found.map(decidedOf) };
    } catch (thrown) {
      return { as: 'unsure', why: sentence(thrown) };
    }
  }
}

function hashOf(text: string): string {
  return sha256(text).toString('hex');
}

async function requireKnown(nats: Nats, stream: string, info: StreamInfo | null, known: Known): Promise<void> {
  if (!info) throw lost(stream, 'the cluster has none of that name');
  if (info.created !== known.created) throw lost(stream, `it was made at ${info.created}, not at ${known.created}`);
  const { last_seq: last, first_seq: first } = info.state;
  if (last < known.seq) throw lost(stream, `it ends with decision ${last}, and this emitter knows of ${known.seq}`);
  // Old decisions go by age.
  if (known.seq === 0 || known.seq < first) return;
  const stored = await readOne(nats, stream, known.seq);
  if (stored && hashOf(stored.text) !== known.hash) throw lost(stream, `its decision ${known.seq} is another`);
}

function lost(stream: string, why: string): PoolError {
  const todo =
    'no block leaves until an operator has made sure that the slots of this window are over, and removed EMITTER_EVENT_LOG-store';
  return new PoolError(
    'store_lost',
    `the decision stream ${stream} is not the one that this emitter knows (${why}): ${todo}`,
  );
}

function isRefusedPlace(thrown: unknown): boolean {
  return thrown instanceof JetStreamApiError && thrown.code === JetStreamApiCodes.StreamWrongLastSequence;
}

function decidedOf({ seq, text }: Stored): Decided {
  return { seq, ...(JSON.parse(text) as Proposal) };
}
