import { JetStreamApiError, type StreamConfig, type StreamInfo } from '@nats-io/jetstream';
import { PoolError, sentence } from '../errors.ts';
import { STORE_LIMITS } from '../pool-store.ts';
import { ANSWER_MS, type Nats } from './connection.ts';

/** How the streams of a pool are kept. */
export interface StreamSettings {
  /** Copies of an emitter's records, on as many nodes; more than half of them must answer. */
  replicas: number;
  /** Bytes that the votes of a node may take; the oldest go first. */
  votesBytes: number;
  /** Bytes that the records of one emitter may take; the oldest go first. */
  recordsBytes: number;
  /** Days after which records go. */
  recordsDays: number;
}

/** The cluster sets these bytes aside. A day of votes of a pool that has every slot, some 700 bytes each, is below 128 MiB. */
export const STREAM_DEFAULTS: StreamSettings = {
  ...{ replicas: 3, votesBytes: 128 * 1024 ** 2 },
  ...{ recordsBytes: 1024 ** 3, recordsDays: 14 },
};

const NS_PER_DAY = 86_400e9;
/** Headers of a message count as part of it: message id, what it must come after, the stream's name. */
const HEADER_BYTES = 1024;
/** A decision counts within its window. */
const VOTES_DAYS = 1;
/** What is sent again after a lost answer comes well within this. */
const DUPLICATE_NS = 120e9;
const STREAM_NOT_FOUND = 10059;

const EMITTER = /^[a-zA-Z0-9.-]{1,32}$/;

/** Accounts may have dots, which part a subject's words; underscores they have not. */
function word(account: string): string {
  return account.replaceAll('.', '_');
}

export interface Place {
  stream: string;
  subject: string;
}

/** `voter`: 1, 2 or 3. */
export function votePlace(pool: string, voter: number): Place {
  return { stream: `bppool-${word(pool)}-vote-${voter}`, subject: `bppool.${word(pool)}.vote.${voter}` };
}

/** Where the holder of a lease tells what it decides; not kept. `emitter`: `*` for all of them. */
export function decidedSubject(pool: string, emitter: string): string {
  return `bppool.${word(pool)}.decided.${word(emitter)}`;
}

/** Throws PoolError `config` for a name that no emitter can have. */
export function recordPlace(pool: string, emitter: string): Place {
  requireEmitterName(emitter);
  return {
    stream: `bppool-${word(pool)}-event-${word(emitter)}`,
    subject: `bppool.${word(pool)}.event.${word(emitter)}`,
  };
}

/** Where emitters tell each other of candidates, and ask for them; nothing of it is stored. `*`: of all emitters. Throws likewise. */
export function exchangeSubject(pool: string, what: 'seen' | 'block', emitter: string): string {
  if (emitter !== '*') requireEmitterName(emitter);
  return `bppool.${word(pool)}.${what}.${word(emitter)}`;
}

/** The emitter whose own subject it is: the last word. Null when that can be nobody's. */
export function emitterOf(subject: string): string | null {
  const name = subject.slice(subject.lastIndexOf('.') + 1).replaceAll('_', '.');
  return isEmitterName(name) ? name : null;
}

/** Whether an emitter may be called so. */
export function isEmitterName(name: string): boolean {
  return EMITTER.test(name);
}

function requireEmitterName(name: string): void {
  if (isEmitterName(name)) return;
  const right = 'an emitter is named by 1 to 32 letters, digits, dots and hyphens';
  throw new PoolError('config', `${JSON.stringify(name)} is no name of an emitter: ${right}`);
}

type Wanted = Partial<StreamConfig> & { name: string };

/** One copy, on a node with this tag: the voters are to be on as many nodes. */
export function voteStream(place: Place, tag: string, { votesBytes }: StreamSettings): Wanted {
  // A vote has a proposal in it, as a text in a text.
  const limits = { max_msg_size: 2 * STORE_LIMITS.proposalBytes + HEADER_BYTES, max_bytes: votesBytes };
  return {
    ...common(place, 1),
    ...limits,
    max_age: VOTES_DAYS * NS_PER_DAY,
    allow_direct: true,
    placement: { cluster: '', tags: [tag] },
  };
}

export function recordStream(place: Place, { replicas, recordsBytes, recordsDays }: StreamSettings): Wanted {
  const limits = { max_msg_size: STORE_LIMITS.recordBytes + HEADER_BYTES, max_bytes: recordsBytes };
  return { ...common(place, replicas), ...limits, max_age: recordsDays * NS_PER_DAY };
}

/** Nothing in it can be deleted but by its limits, oldest first. */
function common({ stream, subject }: Place, replicas: number): Wanted {
  const kept = { num_replicas: replicas, storage: 'file', retention: 'limits', discard: 'old' } as const;
  const guarded = { deny_delete: true, deny_purge: true, duplicate_window: DUPLICATE_NS };
  return { name: stream, subjects: [subject], ...kept, ...guarded };
}

/** The stream as the cluster has it; null when it has none of that name. Rejects with PoolError `store` when the cluster does not answer. */
export async function findStream({ manager, address }: Nats, name: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(name);
  } catch (thrown) {
    if (isNotFound(thrown)) return null;
    throw storeError(address, `stream ${name}`, thrown);
  }
}

/** A stream that another emitter is just making has no leader yet, and nobody answers for it; on a node that came back empty that takes ten seconds. */
const MAKING_TRIES = 20;

/**
 * The stream, made when it is not there. Rejects with PoolError `store` when it cannot be made, or is there with fewer copies than are
 * wanted.
 */
export async function ensureStream(nats: Nats, wanted: Wanted): Promise<StreamInfo> {
  const { name, num_replicas: replicas = 1 } = wanted;
  const found = await findOrMake(nats, wanted);
  if (found.config.num_replicas >= replicas) return found;
  const todo = `have the cluster's operator set its replicas to ${replicas}`;
  throw new PoolError(
    'store',
    `stream ${name} has ${found.config.num_replicas} copies and ${replicas} are wanted: ${todo}`,
  );
}

async function findOrMake({ manager, address }: Nats, wanted: Wanted): Promise<StreamInfo> {
  let failure: unknown;
  for (let i = 0; i < MAKING_TRIES; i++) {
    try {
      return await manager.streams.info(wanted.name);
    } catch (thrown) {
      failure = thrown;
      if (!isNotFound(thrown)) continue;
    }
    try {
      return await manager.streams.add(wanted as Parameters<typeof manager.streams.add>[0]);
    } catch (thrown) {
      failure = thrown;
    }
  }
  throw storeError(address, `stream ${wanted.name}`, failure);
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof JetStreamApiError && thrown.code === STREAM_NOT_FOUND;
}

export function storeError(address: string, what: string, thrown: unknown): PoolError {
  return new PoolError('store', `the NATS cluster at ${address} does not give ${what}: ${sentence(thrown)}`);
}

/** A message that is stored. */
export interface Stored {
  seq: number;
  text: string;
  /** When the cluster took it, in ms since 1970 on its clock. */
  at: number;
}

/** The message at a place; null when there is none, or none any more. */
export async function readOne({ manager, address }: Nats, stream: string, seq: number): Promise<Stored | null> {
  try {
    const message = await manager.streams.getMessage(stream, { seq });
    return message && { seq: message.seq, text: message.string(), at: message.time.getTime() };
  } catch (thrown) {
    throw storeError(address, `message ${seq} of ${stream}`, thrown);
  }
}

/** Fewer are read one by one: that is faster than to set up a consumer. */
const FEW = 8;

/** Messages from one place to another, both included, in order; those that are gone are left out. */
export async function readMany(nats: Nats, stream: string, from: number, to: number): Promise<Stored[]> {
  if (to - from < FEW) {
    const places = Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
    const found = await Promise.all(places.map((seq) => readOne(nats, stream, seq)));
    return found.filter((one) => one !== null);
  }
  try {
    const consumer = await nats.streams.consumers.get(stream, { opt_start_seq: from });
    const messages: Stored[] = [];
    for await (const message of await consumer.fetch({ max_messages: to - from + 1, expires: 5 * ANSWER_MS })) {
      messages.push({ seq: message.seq, text: message.string(), at: message.time.getTime() });
      if (message.seq >= to) break;
    }
    await consumer.delete();
    return messages;
  } catch (thrown) {
    throw storeError(nats.address, `messages ${from} to ${to} of ${stream}`, thrown);
  }
}
