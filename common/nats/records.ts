import { PoolError, sentence } from '../errors.ts';
import type { EventRecord } from '../events.ts';
import type { LogEnd, RecordStream } from '../pool-store.ts';
import { newestKnown, otherLog, takeNext } from '../record-chain.ts';
import { readStored, type StoredRecord } from '../stored-record.ts';
import type { Nats } from './connection.ts';
import {
  ensureStream,
  findStream,
  type Place,
  readMany,
  readOne,
  recordPlace,
  recordStream,
  STREAM_DEFAULTS,
} from './streams.ts';

/** Where a log and its stream end. */
interface Ends {
  /** Newest record; null for a stream that has none, or none any more. */
  log: LogEnd | null;
  /** Place of the newest message, also when that is gone. */
  place: number;
}

/** Publishes under way at a time: their answers come together, and what is sent again after a failure stays small. */
const AT_ONCE = 256;

/**
 * The records of one emitter's log in a stream of its own, a message each. Places follow on one another as the records' numbers do, so each
 * publish names the place that it has to come after: none can be left out, doubled or come before another, whatever is lost or sent again.
 * The message id keeps what is sent again from counting as a refusal.
 */
export class NatsRecords implements RecordStream {
  private readonly nats: Nats;
  private readonly emitter: string;
  private readonly place: Place;
  private known: Ends | null = null;

  private constructor(nats: Nats, emitter: string, place: Place) {
    this.nats = nats;
    this.emitter = emitter;
    this.place = place;
  }

  /** For writing: the stream is made when it is not there. Rejects with PoolError `store`, or `config` for a name that is none. */
  static async open(nats: Nats, pool: string, emitter: string, settings = STREAM_DEFAULTS): Promise<NatsRecords> {
    const place = recordPlace(pool, emitter);
    await ensureStream(nats, recordStream(place, settings));
    return new NatsRecords(nats, emitter, place);
  }

  /** For reading what is there: null when the cluster has nothing of that emitter. */
  static async find(nats: Nats, pool: string, emitter: string): Promise<NatsRecords | null> {
    const place = recordPlace(pool, emitter);
    return (await findStream(nats, place.stream)) && new NatsRecords(nats, emitter, place);
  }

  async last(): Promise<LogEnd | null> {
    return (await this.readEnds()).log;
  }

  async append(records: readonly EventRecord[]): Promise<void> {
    const ends = this.known ?? (await this.readEnds());
    const known = newestKnown(records, ends.log);
    if (known) await this.requireSame(known, ends);
    let batch: Promise<unknown>[] = [];
    let { place } = ends;
    // Whatever goes wrong from here on: where the stream ends is read again before the next.
    this.known = null;
    try {
      for (const { record, text } of takeNext(records, ends.log)) {
        batch.push(this.publish(record, text, place++));
        if (batch.length < AT_ONCE) continue;
        await this.settle(batch);
        batch = [];
      }
    } finally {
      await this.settle(batch);
    }
    const last = records.at(-1);
    const isNew = last !== undefined && last.seq > (ends.log?.seq ?? 0);
    this.known = isNew ? { log: { seq: last.seq, hash: last.hash }, place } : ends;
  }

  async after(seq: number, limit: number): Promise<EventRecord[]> {
    return (await this.stored(seq, limit)).map(({ at: _, ...stored }) => readStored(stored));
  }

  /** The same as they are stored, with the time at which the cluster took each, in ms since 1970 on its clock. Rejects with PoolError `damaged` for what is no record. */
  async stored(seq: number, limit: number): Promise<(StoredRecord & { at: number })[]> {
    const { log, place } = await this.readEnds();
    if (log === null || log.seq <= seq) return [];
    // Records that were deleted by age or size are a part that is missing, as in a log that was pruned.
    const { first_seq: oldest } = (await findStream(this.nats, this.place.stream))?.state ?? { first_seq: 0 };
    const from = Math.max(place - (log.seq - seq) + 1, oldest);
    const messages = await readMany(this.nats, this.place.stream, from, Math.min(place, from + limit - 1));
    if (messages.length > 0) return messages.map(({ text, at }) => ({ ...storedOf(text), at }));
    throw new PoolError('store', `the NATS cluster at ${this.nats.address} does not give record ${seq + 1}`);
  }

  private async readEnds(): Promise<Ends> {
    const info = await findStream(this.nats, this.place.stream);
    if (!info) throw new PoolError('store', `the NATS cluster at ${this.nats.address} has lost ${this.place.stream}`);
    const place = info.state.last_seq;
    const message = info.state.messages > 0 ? await readOne(this.nats, this.place.stream, place) : null;
    const record = message && parse(message.text);
    return { log: record && { seq: record.seq, hash: record.hash }, place };
  }

  private async requireSame({ seq, hash }: EventRecord, { log, place }: Ends): Promise<void> {
    if (log?.seq === seq && log.hash === hash) return;
    const stored = log && (await readOne(this.nats, this.place.stream, place - (log.seq - seq)));
    // What is gone cannot be compared; the records after it are.
    if (stored && parse(stored.text).hash !== hash) throw otherLog(seq);
  }

  /** Rejects when it is not acknowledged, that is, kept by more than half of the copies. */
  private async publish({ seq, hash }: EventRecord, text: string, lastSequence: number): Promise<void> {
    const msgID = `${this.emitter}:${seq}:${hash.slice(0, 16)}`;
    const message = `${beginning(hash)}${text.slice(1)}`;
    const { subject, stream } = this.place;
    await this.nats.streams.publish(subject, message, { msgID, expect: { lastSequence, streamName: stream } });
  }

  /** Waits for all: a publish that is under way may still come to stand. */
  private async settle(batch: Promise<unknown>[]): Promise<void> {
    const failed = (await Promise.allSettled(batch)).find((one) => one.status === 'rejected');
    if (!failed) return;
    const text = `the NATS cluster at ${this.nats.address} has not acknowledged records: ${sentence(failed.reason)}`;
    throw new PoolError('store', text);
  }
}

/** A message is the record's text with its hash in front. */
function beginning(hash: string): string {
  return `{"hash":"${hash}",`;
}

function storedOf(message: string): StoredRecord {
  const { seq, window, event, hash } = parse(message);
  const start = beginning(hash);
  // With its hash at another place it is no text that the hash could cover.
  const text = message.startsWith(start) ? `{${message.slice(start.length)}` : message;
  return { seq, window, kind: event.type, text, hash };
}

/** Whoever may write to the cluster may have written it. */
function parse(text: string): EventRecord {
  try {
    const { v, seq, window, event, prev, hash } = JSON.parse(text) as EventRecord;
    const numbers = [v, seq, event.at, window ?? 0].every(Number.isSafeInteger);
    const texts = [event.type, prev, hash].every((each) => typeof each === 'string');
    if (numbers && texts) return { v, seq, window, event, prev, hash };
  } catch {
    // Said below.
  }
  throw new PoolError('damaged', `the NATS cluster has what is no record of a log: ${text.slice(0, 60)}`);
}
