import { EventLogReader } from '../../common/event-log.ts';
import type { StoredRecord } from '../../common/stored-record.ts';
import type { Arrived, RecordSource } from './source.ts';

/** A log in an SQLite file, which its emitter may be writing. It does not say when a record came: that is when the emitter made it. */
export class FileSource implements RecordSource {
  readonly name: string;
  readonly isTrimmed = false;
  private reader: EventLogReader | null = null;

  /** `file`: its path, which is its name too. */
  constructor(file: string) {
    this.name = file;
  }

  async after(seq: number, limit: number): Promise<Arrived[]> {
    const page = this.open().storedAfter(seq, limit);
    return page.map((stored) => ({ ...stored, takenAt: null }));
  }

  async ofWindow(window: number, from: number, to: number): Promise<StoredRecord[]> {
    return this.open().storedOf(window, from, to);
  }

  async close(): Promise<void> {
    this.reader?.close();
    this.reader = null;
  }

  private open(): EventLogReader {
    this.reader ??= new EventLogReader(this.name);
    return this.reader;
  }
}
