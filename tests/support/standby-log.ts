import { DatabaseSync } from 'node:sqlite';
import type { EventRecord } from '../../common/events.ts';
import { Journal } from '../../emitter/log/journal.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import type { BlockRef, SelectEvent } from '../../emitter/select/types.ts';
import { chooserOf, feedTo, runStart } from './log-world.ts';

/** One run of an emitter: the real chooser, journal and store write its log. */
export class LoggedRun {
  private readonly store: SqliteStore;
  private readonly journal: Journal;
  private readonly chooser;
  private now: number;

  /** Begins at `at` with the network's head `tip`; what an earlier run left in the file is restored. */
  constructor(file: string, at: number, tip: BlockRef, settings: SelectEvent) {
    this.now = at;
    this.store = new SqliteStore(file, 'process');
    const fail = (text: string) => {
      throw new Error(text);
    };
    this.journal = new Journal(this.store, () => {}, fail);
    this.chooser = chooserOf(
      this.journal,
      () => this.now,
      () => true,
    );
    this.journal.tell(null, { type: 'start', at, ...runStart(this.chooser, null) });
    this.chooser.dispatch({ type: 'public', at, block: tip, pool: false });
    this.chooser.dispatch({ ...settings, at });
    this.chooser.restore(this.store);
    this.turn();
  }

  /** Gives how the log and the public chain end after it. */
  feed(event: SelectEvent): { seq: number; tip: BlockRef } {
    this.now = event.at;
    feedTo(this.chooser, event);
    this.turn();
    return { seq: this.store.lastSeq, tip: this.chooser.tip as BlockRef };
  }

  /** As a kill leaves it. */
  end(): EventRecord[] {
    this.chooser.stop();
    const records = this.store.after(0, 1_000_000);
    this.store.close();
    return records;
  }

  private turn(): void {
    this.chooser.stop();
    this.journal.write();
  }
}

/** Takes all records after `seq` out of a log, as a kill right after it would have. */
export function cutLog(file: string, seq: number): void {
  const db = new DatabaseSync(file);
  db.prepare('DELETE FROM events WHERE seq > ?').run(seq);
  db.close();
}
