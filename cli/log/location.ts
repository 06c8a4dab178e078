import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PoolError } from '../../common/errors.ts';
import { EventLogReader } from '../../common/event-log.ts';
import { connectNats } from '../../common/nats/connection.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import { STREAM_DEFAULTS } from '../../common/nats/streams.ts';
import type { RecordStream } from '../../common/pool-store.ts';
import { LocalRecords } from '../../emitter/log/local.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { copyRecords } from './copy.ts';

/** What lets in, as for an emitter. */
const FILES = { creds: process.env.EMITTER_NATS_CREDS || undefined, ca: process.env.EMITTER_NATS_CA || undefined };

/** Where an emitter's log is: a file, or the records of one emitter of one pool in a NATS cluster. */
export type Location = { file: string } | { url: string; pool: string; emitter: string };

const NATS = 'nats://';

/** "FILE" or "nats://host:port,host:port/POOL/EMITTER". Throws PoolError `config` for the beginning of an address that does not go on so. */
export function parseLocation(text: string): Location {
  if (!text.startsWith(NATS)) return { file: text };
  const [servers = '', pool, emitter, ...more] = text.slice(NATS.length).split('/');
  if (!pool || !emitter || more.length > 0)
    throw new PoolError(
      'config',
      `a log in NATS is nats://host:port/POOL/EMITTER, with both names, and not ${shown(text)}`,
    );
  return { url: `${NATS}${servers}`, pool, emitter };
}

/** As it may be shown: without the password. */
export function shown(text: string): string {
  return text.replace(/\/\/[^@/]*@/, '//');
}

/** Opens a log for reading, gives it to `work`, and closes it. Throws PoolError `event_log` when nothing is there. */
export async function readingFrom<T>(text: string, work: (log: RecordStream) => Promise<T>): Promise<T> {
  const location = parseLocation(text);
  if ('file' in location) {
    const reader = new EventLogReader(location.file);
    try {
      return await work(readOnly(reader));
    } finally {
      reader.close();
    }
  }
  const { url, pool, emitter } = location;
  const nats = await connectNats(url, 'pool log', FILES);
  try {
    const found = await NatsRecords.find(nats, pool, emitter);
    if (found) return await work(found);
    throw new PoolError('event_log', `the cluster at ${nats.address} has no log of an emitter ${emitter} of ${pool}`);
  } finally {
    await nats.connection.close();
  }
}

/** Opens a log for writing, made when it is not there, gives it to `work`, and closes it. `replicas`: copies in a cluster. */
export async function writingTo<T>(
  text: string,
  replicas: number,
  work: (log: RecordStream) => Promise<T>,
): Promise<T> {
  const location = parseLocation(text);
  if ('file' in location) {
    const store = new SqliteStore(location.file, 'process');
    try {
      return await work(new LocalRecords(store));
    } finally {
      store.close();
    }
  }
  const { url, pool, emitter } = location;
  const nats = await connectNats(url, 'pool log', FILES);
  try {
    return await work(await NatsRecords.open(nats, pool, emitter, { ...STREAM_DEFAULTS, replicas }));
  } finally {
    await nats.connection.close();
  }
}

/** Gives `work` the log as a file, and what to call it: one that is in a cluster is copied to a temporary file first. */
export async function asFile<T>(text: string, work: (file: string, name: string) => Promise<T>): Promise<T> {
  const location = parseLocation(text);
  if ('file' in location) return work(location.file, text);
  const dir = mkdtempSync(path.join(tmpdir(), 'bppool-log-'));
  try {
    const file = path.join(dir, 'events.sqlite');
    await readingFrom(text, (from) => writingTo(file, 1, (to) => copyRecords(from, to)));
    return await work(file, shown(text));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A file is not taken away from the emitter that may be writing it. */
function readOnly(reader: EventLogReader): RecordStream {
  return {
    last: async () => reader.end(),
    after: async (seq, limit) => reader.after(seq, limit),
    append: () => Promise.reject(new PoolError('event_log', `${reader.file} is open for reading`)),
  };
}
