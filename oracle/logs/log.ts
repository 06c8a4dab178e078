import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { previousHash, readStored, type StoredRecord, textFits } from '../../common/stored-record.ts';
import { windowRoot } from '../../common/window-root.ts';
import type { WindowLog } from '../metrics/types.ts';
import { aroundOf } from './around.ts';
import { beginning, broken, type LogPosition, readVerified, verifyRecords } from './chain-check.ts';
import { formless } from './form.ts';
import type { Arrived, RecordSource } from './source.ts';
import { tallyPage, type WindowTally } from './tally.ts';

/** Records that are read at a time: of a log that is new, some 6 MB. How far it was verified is on the disk after each page, which takes as long as to verify it. */
const PAGE = 4000;

/** Where the oracle keeps how far each log was verified. */
export interface LogJournal {
  position(log: string): LogPosition;
  tally(log: string, window: number): WindowTally | null;
  /** Notes that a log was verified up to a position, with what the page told of windows. */
  advance(log: string, to: LogPosition, tallies: WindowTally[]): void;
}

/** An emitter's log, read on from where the journal stands; nothing of it is used before its hash chain was verified. */
export class Log {
  private readonly source: RecordSource;
  private readonly journal: LogJournal;

  constructor(source: RecordSource, journal: LogJournal) {
    this.source = source;
    this.journal = journal;
  }

  get name(): string {
    return this.source.name;
  }

  /**
   * Verifies what is new and notes which windows it closed. Rejects with PoolError `event_log` or `store` when the log cannot be read, and
   * `log_broken` with the first bad record when it was changed, cut or exchanged: then nothing must be reported from it.
   */
  async catchUp(): Promise<void> {
    const { name, journal, source } = this;
    await this.requireSameLog(journal.position(name));
    for (;;) {
      const from = journal.position(name);
      const page = await this.after(from.seq, PAGE);
      if (page.length === 0) return;
      const start = beginning(from, page, source.isTrimmed);
      const to = verifyRecords(name, start, page);
      const tallies = this.sound(() => tallyPage(page, (window) => journal.tally(name, window)));
      journal.advance(name, to, tallies);
    }
  }

  /** What the log says of a window that it closed; rejects with `log_broken` unless its records are those that were verified. */
  async closedWindow({ window, first, last, newest, root: signed }: WindowTally): Promise<WindowLog> {
    const stored = await this.read(() => this.source.ofWindow(window, first, last));
    const records = this.sound(() => stored.map((record) => readVerified(this.name, record)));
    const root = windowRoot(records);
    // A root that was verified with the log says which they are; without it the chain does, for which all between them are read.
    if (root !== signed?.root) {
      const [begin] = await this.chained(first, last, newest);
      if (begin?.seq !== first) throw broken(this.name, first, 'it is missing and was there before');
    }
    const around = await this.around(records);
    const odd = formless(records) ?? formless(around);
    if (odd) throw broken(this.name, odd.seq, `it has not the form of a record of the kind ${odd.event.type}`);
    return { records, around, ...(root !== null && { root }) };
  }

  close(): Promise<void> {
    return this.source.close();
  }

  private async around(records: EventRecord[]): Promise<EventRecord[]> {
    const place = aroundOf(records);
    const end = records.at(-1);
    if (!place || !end) return [];
    const found = await this.chained(...place, end.hash);
    return this.sound(() => found.map(readStored));
  }

  /** All records from one to another, whose hash is known: each covers the one before it. */
  private async chained(from: number, to: number, hash: string): Promise<StoredRecord[]> {
    const found = await this.between(from, to);
    const [first] = found;
    const start = first && { seq: first.seq - 1, hash: previousHash(first) ?? '' };
    if (start) verifyRecords(this.name, start, found);
    if (found.at(-1)?.hash !== hash) throw broken(this.name, to, 'it changed since it was verified');
    return found;
  }

  /** A cluster gives fewer than it was asked for when it is slow. */
  private async between(from: number, to: number): Promise<StoredRecord[]> {
    const found: StoredRecord[] = [];
    for (let last = from - 1; last < to; ) {
      const page = await this.after(last, Math.min(PAGE, to - last));
      const newest = page.at(-1)?.seq ?? last;
      if (newest <= last) break;
      // Where some are missing the page goes past the end.
      found.push(...page.filter(({ seq }) => seq <= to));
      last = newest;
    }
    return found;
  }

  private after(seq: number, limit: number): Promise<Arrived[]> {
    return this.read(() => this.source.after(seq, limit));
  }

  private async read<T>(what: () => Promise<T>): Promise<T> {
    try {
      return await what();
    } catch (thrown) {
      throw this.asBroken(thrown);
    }
  }

  private sound<T>(what: () => T): T {
    try {
      return what();
    } catch (thrown) {
      throw this.asBroken(thrown);
    }
  }

  /** A log with a damaged record is broken. */
  private asBroken(thrown: unknown): unknown {
    if (!(thrown instanceof PoolError) || thrown.code !== 'damaged') return thrown;
    return broken(this.name, Number(thrown.fields.seq ?? this.journal.position(this.name).seq + 1), 'it is damaged');
  }

  private async requireSameLog({ seq, hash }: LogPosition): Promise<void> {
    if (seq === 0) return;
    const [last] = await this.after(seq - 1, 1);
    // A trimmed log may have let go of it: the next record, when there is one, must follow it, which is looked at as it is read.
    if (this.source.isTrimmed && last?.seq !== seq) return;
    if (last?.seq !== seq) throw broken(this.name, seq, 'it is missing and was there before');
    if (last.hash !== hash || !textFits(last)) throw broken(this.name, seq, 'it changed since it was verified');
  }
}
