import { hash } from 'node:crypto';
import { PoolError } from './errors.ts';
import { EVENT_VERSION, type EventRecord } from './events.ts';

/**
 * A record as a log has it: the text that its hash covers, and beside it what records are found by, which the text says again. Most checks
 * need no more than this: to read a text takes three times as long as to hash it.
 */
export interface StoredRecord {
  seq: number;
  window: number | null;
  /** The event's type. */
  kind: string;
  /** Canonical JSON of the record without its hash. */
  text: string;
  hash: string;
}

/** Keys are sorted, so that a record's text ends with these. */
const END = /,"prev":"([0-9a-f]{64})","seq":(\d+),"v":(\d+),"window":(null|\d+)\}$/;
/** As long as the end can be: a hash and three numbers of 16 digits. */
const END_LENGTH = 160;

/** Whether the hash is the text's. */
export function textFits({ text, hash: claimed }: StoredRecord): boolean {
  return hash('sha256', text, 'hex') === claimed;
}

/**
 * Whether a record says that this is the hash of the one before it, and its columns what its text says; only for a text whose hash fits. False
 * for a record of another schema version than this program's, of which `previousHash` gives the answer.
 */
export function follows({ seq, window, kind, text }: StoredRecord, previous: string): boolean {
  const end = `,"prev":"${previous}","seq":${seq},"v":${EVENT_VERSION},"window":${window}}`;
  return text.endsWith(end) && text.includes(`"type":"${kind}"`);
}

/**
 * The hash of the record before, without the text being read as a whole; only for a text whose hash fits. Null when text and columns do not
 * say the same. Throws PoolError `event_log` for a newer schema.
 */
export function previousHash(stored: StoredRecord): string | null {
  const { seq, window, kind, text } = stored;
  const end = END.exec(text.slice(-END_LENGTH));
  if (!end || Number(end[2]) !== seq || end[4] !== String(window)) return null;
  requireKnown(seq, Number(end[3]));
  // In a text between quotes no quote stands without a backslash.
  return text.includes(`"type":"${kind}"`) ? (end[1] as string) : null;
}

/** The record that it is. Throws PoolError `damaged` when it is none, or text and columns do not say the same, and `event_log` for a newer schema. */
export function readStored({ seq, window, kind, text, hash }: StoredRecord): EventRecord {
  const said = parse(text);
  if (said?.seq !== seq || said.window !== window || said.event?.type !== kind)
    throw new PoolError('damaged', `record ${seq} is damaged`, { seq });
  requireKnown(seq, said.v);
  return { ...said, hash };
}

function requireKnown(seq: number, v: number): void {
  if (v <= EVENT_VERSION) return;
  const why = `record ${seq} has schema version ${v}, this program reads up to ${EVENT_VERSION}`;
  throw new PoolError('event_log', `${why}; use a newer version`);
}

function parse(text: string): Omit<EventRecord, 'hash'> | null {
  try {
    return JSON.parse(text) as Omit<EventRecord, 'hash'>;
  } catch {
    return null;
  }
}
