import type { EventRecord } from '../../../common/events.ts';
import type { Cursor } from '../store/columns.ts';

/** Shown beside the emitter; older ones go. */
const NOTICES = 5;

/** What a record that comes in means for a log that was read up to `cursor`. */
export type Next =
  /** It is the next one. */
  | { as: 'next'; cursor: Cursor }
  /** It is known already. */
  | { as: 'known' }
  /** Records between are gone: the log was pruned while nobody read it. */
  | { as: 'gap'; cursor: Cursor }
  /** Its hash or the one before it is another's: the log began anew, and is read from its beginning. */
  | { as: 'other'; cursor: Cursor };

/** Each record's `prev` is the hash of the one before it, so another log shows with its first record. */
export function nextOf(emitter: string, cursor: Cursor, { seq, prev, hash }: EventRecord): Next {
  const { notices } = cursor;
  if (seq === cursor.seq && hash === cursor.hash) return { as: 'known' };
  if (seq < cursor.seq) return { as: 'known' };
  const isOther = seq === cursor.seq || (seq === cursor.seq + 1 && cursor.seq > 0 && prev !== cursor.hash);
  if (isOther) return { as: 'other', cursor: anew(emitter, cursor) };
  if (seq === cursor.seq + 1 || cursor.seq === 0) return { as: 'next', cursor: { seq, hash, notices } };
  const text = `the log of ${emitter} has nothing between record ${cursor.seq}, which was read last, and ${seq}: what was there is not shown`;
  return { as: 'gap', cursor: { seq, hash, notices: withNotice(notices, text) } };
}

/** Where to go on when the log is another one. */
export function anew(emitter: string, { seq, notices }: Cursor): Cursor {
  const text = `the log of ${emitter} began anew after record ${seq}, which was read last`;
  return { seq: 0, hash: '', notices: withNotice(notices, text) };
}

function withNotice(notices: string[], text: string): string[] {
  return [...notices, text].slice(-NOTICES);
}
