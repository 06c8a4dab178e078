import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Nats } from '../../../common/nats/connection.ts';
import { ensureStream, type Place, type StreamSettings, storeError, voteStream } from '../../../common/nats/streams.ts';
import type { VoteLog } from './voter.ts';

/** A voter that hangs is out of the count after this; two others decide meanwhile. */
const VOTE_MS = 500;
const AT_ONCE = 64;

/** A voter's log: a stream with one copy, on the node whose tag it names. */
export class NatsVotes implements VoteLog {
  private nats: Nats;
  private readonly place: Place;
  private manager: JetStreamManager;

  private constructor(nats: Nats, place: Place, manager: JetStreamManager) {
    this.nats = nats;
    this.place = place;
    this.manager = manager;
  }

  /** The stream may be there or not: see `make`. */
  static async of(nats: Nats, place: Place): Promise<NatsVotes> {
    return new NatsVotes(nats, place, await managerOf(nats));
  }

  /** From now on messages go by this connection. */
  async goBy(nats: Nats): Promise<void> {
    this.manager = await managerOf(nats);
    this.nats = nats;
  }

  /** Name of the node that has it; null when that does not answer. */
  async home(): Promise<string | null> {
    const info = await this.manager.streams.info(this.place.stream).catch(() => null);
    return info?.cluster?.leader ?? null;
  }

  /** Makes the stream when it is not there, on a node with this tag. Rejects with PoolError `store` when it cannot be made. */
  async make(tag: string, settings: StreamSettings): Promise<void> {
    await ensureStream(this.nats, voteStream(this.place, tag, settings));
  }

  /** Asked of the node that has it, so that it needs no leading node of the cluster. */
  async last(): Promise<number> {
    const { stream, subject } = this.place;
    try {
      return (await this.manager.direct.getMessage(stream, { last_by_subj: subject }))?.seq ?? 0;
    } catch (thrown) {
      throw storeError(this.nats.address, `the end of ${stream}`, thrown);
    }
  }

  async append(text: string, after: number): Promise<boolean> {
    try {
      const options = { expect: { lastSequence: after, streamName: this.place.stream }, timeout: VOTE_MS };
      await this.nats.streams.publish(this.place.subject, text, options);
      return true;
    } catch (thrown) {
      const isTaken = thrown instanceof JetStreamApiError && thrown.code === JetStreamApiCodes.StreamWrongLastSequence;
      if (isTaken) return false;
      throw storeError(this.nats.address, `an answer of ${this.place.stream}`, thrown);
    }
  }

  /** As `last`, which also holds while the cluster has no leading node; at most so many at a time. */
  async read(from: number, to: number): Promise<{ seq: number; text: string }[]> {
    const { stream, subject } = this.place;
    const count = Math.min(AT_ONCE, to - from + 1);
    const asked = Array.from({ length: count }, (_, i) => this.manager.direct.getMessage(stream, { seq: from + i }));
    try {
      const found = (await Promise.all(asked)).filter((one) => one !== null);
      // All of these are gone by age or size: the oldest that is kept.
      const next = found.length > 0 || from + count > to ? null : { seq: from + count, next_by_subj: subject };
      const kept = next && (await this.manager.direct.getMessage(stream, next));
      if (kept && kept.seq <= to) found.push(kept);
      return found.map((message) => ({ seq: message.seq, text: message.string() }));
    } catch (thrown) {
      throw storeError(this.nats.address, `votes ${from} to ${to} of ${stream}`, thrown);
    }
  }
}

function managerOf({ connection }: Nats): Promise<JetStreamManager> {
  return jetstreamManager(connection, { timeout: VOTE_MS, checkAPI: false });
}
