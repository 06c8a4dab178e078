import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from '../../../common/backoff.ts';
import { sentence } from '../../../common/errors.ts';
import { EVENT_VERSION, type EventRecord } from '../../../common/events.ts';
import type { Logger } from '../../../common/logger.ts';
import type { Cursor } from '../store/columns.ts';
import { anew, nextOf } from './cursor.ts';
import { dataOf } from './sse-lines.ts';
import { readStatus } from './status.ts';

/** The emitter says something at least every 2 s (words, ticks of its selection) only while a window runs; so silence proves nothing, and the stream is dialled anew. */
const SILENCE_MS = 60_000;

export interface FollowerParts {
  emitter: { name: string; url: string };
  logger: Logger;
  /** Records that the first reading of a log goes back. */
  backfill: number;
  cursor(): Cursor;
  /** Takes a record, with the cursor behind it. */
  onRecord(record: EventRecord, cursor: Cursor): void;
  /** Nothing to take, but the log is another one or lacks something. */
  onCursor(cursor: Cursor): void;
}

/** Follows an emitter's `/events` across restarts of either side, from where its log was read to. Resolves when aborted. */
export async function follow(parts: FollowerParts, signal: AbortSignal): Promise<void> {
  const backoff = new Backoff();
  const { emitter, logger } = parts;
  while (!signal.aborted) {
    const begun = performance.now();
    try {
      await readOn(parts, signal);
    } catch (thrown) {
      if (!signal.aborted) logger.debug({ emitter: emitter.name, why: sentence(thrown) }, 'not following');
    }
    await sleep(backoff.next(performance.now() - begun), undefined, { signal }).catch(() => {});
  }
}

async function readOn(parts: FollowerParts, signal: AbortSignal): Promise<void> {
  const { emitter, cursor, backfill } = parts;
  const { logSeq } = await readStatus(emitter.url, signal);
  // The log grows only: one that is shorter than what was read of it is another one.
  if (logSeq < cursor().seq) parts.onCursor(anew(emitter.name, cursor()));
  const { seq } = cursor();
  // The last record comes again, so that its hash shows whether the log is the same.
  const after = seq === 0 ? Math.max(0, logSeq - backfill) : seq - 1;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(`${emitter.url}/events`, {
      signal: AbortSignal.any([signal, silence.signal]),
      headers: { 'last-event-id': String(after) },
    });
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    for await (const data of dataOf(response.body)) {
      timer.refresh();
      if (!take(parts, data)) return;
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

/** False when the stream is of another log than was read so far. */
function take({ emitter, cursor, onRecord, onCursor }: FollowerParts, data: string): boolean {
  const record = parse(data);
  const next = nextOf(emitter.name, cursor(), record);
  if (next.as === 'known') return true;
  if (next.as === 'other') {
    onCursor(next.cursor);
    return false;
  }
  onRecord(record, next.cursor);
  return true;
}

function parse(data: string): EventRecord {
  const record = JSON.parse(data) as Partial<EventRecord> | null;
  const isRecord =
    Number.isSafeInteger(record?.seq) && typeof record?.hash === 'string' && typeof record.event?.type === 'string';
  if (!isRecord) throw new Error(`no record but ${JSON.stringify(data.slice(0, 80))}`);
  if ((record.v ?? 0) > EVENT_VERSION) throw new Error(`a record of schema ${record.v}, and ${EVENT_VERSION} is known`);
  return record as EventRecord;
}
