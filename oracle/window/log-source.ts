import { sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import { EventLogReader } from '../../common/event-log.ts';
import { type EventRecord, recordHash } from '../../common/events.ts';
import { recordsAround } from './around.ts';
import type { Journal, LogPosition, WindowTally } from './journal.ts';

/** An emitter's log, read on from where the journal stands; nothing of it is used before its hash chain was verified. */
export class LogSource {
  private readonly file: string;
  private readonly journal: Journal;
  private reader: EventLogReader | null = null;

  constructor(file: string, journal: Journal) {
    this.file = file;
    this.journal = journal;
  }

  /**
   * Verifies what is new and notes which windows it closed. Throws PoolError `event_log` when the log cannot be read, and
   * `log_broken` with the first bad record when it was changed, cut or exchanged: then nothing must be reported.
   */
  catchUp(): void {
    this.requireSameLog(this.journal.position);
    for (;;) {
      const from = this.journal.position;
      const page = this.read((log) => log.after(from.seq));
      if (page.length === 0) return;
      this.journal.advance(verifyPage(this.file, beginning(from, page), page), this.tally(page));
    }
  }

  /**
   * A closed window's records up to its closing one, and those that came after it; throws `log_broken` unless the former are
   * those that were verified.
   */
  closedWindow(window: number, digest: string): { records: EventRecord[]; after: EventRecord[] } {
    const all = this.read((log) => log.window(window));
    for (const record of all) if (!hashFits(record)) throw broken(this.file, record.seq, 'its hash does not fit');
    const end = all.findIndex(({ event }) => event.type === 'window') + 1;
    const records = all.slice(0, end);
    if (records.reduce(addToDigest, '') !== digest) {
      throw broken(this.file, records[0]?.seq ?? 0, `the records of window ${window} changed since they were verified`);
    }
    return { records, after: all.slice(end) };
  }

  /** See `recordsAround`; `records` are a window's, as `closedWindow` gave them. Throws `log_broken` as that does. */
  around(records: EventRecord[]): EventRecord[] {
    const page = this.read((log) => recordsAround(log, records));
    const [first] = page;
    // Each covers the one before it, and the last was verified.
    if (first) verifyPage(this.file, { seq: first.seq - 1, hash: first.prev }, page);
    const end = records.at(-1);
    if (first && page.at(-1)?.hash !== end?.hash)
      throw broken(this.file, end?.seq ?? 0, 'it changed since it was verified');
    return page;
  }

  close(): void {
    this.reader?.close();
    this.reader = null;
  }

  private read(what: (log: EventLogReader) => EventRecord[]): EventRecord[] {
    this.reader ??= new EventLogReader(this.file);
    try {
      return what(this.reader);
    } catch (thrown) {
      if (!(thrown instanceof PoolError) || thrown.code !== 'damaged') throw thrown;
      throw broken(this.file, Number(thrown.fields.seq), 'it is damaged');
    }
  }

  private requireSameLog({ seq, hash }: LogPosition): void {
    if (seq === 0) return;
    const [last] = this.read((log) => log.after(seq - 1, 1));
    if (last?.seq !== seq) throw broken(this.file, seq, 'it is missing and was there before');
    if (last.hash !== hash || !hashFits(last)) throw broken(this.file, seq, 'it changed since it was verified');
  }

  private tally(page: EventRecord[]): WindowTally[] {
    const tallies = new Map<number, WindowTally>();
    for (const record of page) {
      if (record.window === null) continue;
      const tally = tallies.get(record.window) ?? this.knownTally(record.window);
      tallies.set(record.window, tally);
      if (tally.closed) continue;
      tally.digest = addToDigest(tally.digest, record);
      if (record.event.type === 'decision') tally.decisions++;
      tally.closed = record.event.type === 'window';
    }
    return [...tallies.values()];
  }

  private knownTally(window: number): WindowTally {
    const row = this.journal.get(window);
    if (!row) return { window, digest: '', decisions: 0, closed: false };
    return { window, digest: row.digest, decisions: row.decisions, closed: row.state !== 'open' };
  }
}

/** A log that was pruned begins with a checkpoint: an oracle that is new to it starts there. */
function beginning(from: LogPosition, [first]: EventRecord[]): LogPosition {
  if (from.seq > 0 || first?.event.type !== 'checkpoint') return from;
  return { seq: first.seq - 1, hash: first.prev };
}

function verifyPage(file: string, from: LogPosition, page: EventRecord[]): LogPosition {
  let { seq, hash } = from;
  for (const record of page) {
    if (record.seq !== seq + 1) throw broken(file, seq + 1, 'it is missing');
    if (record.prev !== hash) throw broken(file, record.seq, 'it does not follow the record before it');
    if (!hashFits(record)) throw broken(file, record.seq, 'its hash does not fit');
    ({ seq, hash } = record);
  }
  return { seq, hash };
}

function hashFits({ hash, ...body }: EventRecord): boolean {
  return recordHash(body) === hash;
}

function addToDigest(digest: string, record: EventRecord): string {
  return sha256(digest, record.hash).toString('hex');
}

function broken(file: string, seq: number, why: string): PoolError {
  const text = `the event log ${file} is not to be trusted: record ${seq}: ${why}; nothing is reported from it`;
  return new PoolError('log_broken', text, { seq });
}
