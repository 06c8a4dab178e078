import { PoolError } from '../../common/errors.ts';
import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../common/events.ts';
import type { EventStore } from '../../emitter/log/store.ts';

interface Entry {
  window: number | null;
  event: PoolEvent;
}

/** An emitter's log as SqliteStore has it, in memory: what is held before a kill is there after it, and what was not written is lost. */
export class MemoryLogFile {
  readonly records: EventRecord[] = [];
  held: Entry[] = [];
  /** The disk is full. */
  isFull = false;

  /** For one run of the emitter. */
  open(): MemoryLogStore {
    const store = new MemoryLogStore(this);
    if (this.held.length > 0) store.append(this.held);
    return store;
  }
}

export class MemoryLogStore implements EventStore {
  isClosed = false;
  private readonly file: MemoryLogFile;

  constructor(file: MemoryLogFile) {
    this.file = file;
  }

  get lastSeq(): number {
    return this.file.records.length;
  }

  append(entries: Entry[]): EventRecord[] {
    this.requireRoom();
    const added = entries.map(({ window, event }, i) => chainRecord(this.lastSeq + 1 + i, window, event, GENESIS_HASH));
    this.file.records.push(...added);
    this.file.held = [];
    return added;
  }

  hold(entries: Entry[]): void {
    this.requireRoom();
    this.file.held.push(...entries);
  }

  rehearse(): void {}

  choices(window: number): EventRecord[] {
    return this.of(window).filter(({ event }) => event.type === 'decision' || event.type === 'lead');
  }

  quarantineRecords(windows: number): EventRecord[] {
    const closings = this.file.records.filter(({ event }) => event.type === 'window');
    const from = closings.at(-1 - windows)?.seq ?? 0;
    const kinds = ['rejected', 'window', 'fault'];
    return this.file.records.filter(({ seq, event }) => seq > from && (kinds.includes(event.type) || seq === 1));
  }

  unclosed(before: number): { window: number; emitted: number }[] {
    const windows = new Set(
      this.file.records.flatMap(({ window }) => (window !== null && window < before ? window : [])),
    );
    const open = [...windows].filter((window) => !this.of(window).some(({ event }) => event.type === 'window'));
    return open
      .sort((a, b) => a - b)
      .map((window) => {
        const slots = this.of(window).flatMap(({ event }) => (event.type === 'emission' ? event.slot : []));
        return { window, emitted: new Set(slots).size };
      });
  }

  lastClosed(): number | null {
    const closed = this.file.records.flatMap(({ event }) => (event.type === 'window' ? event.window : []));
    return closed.length > 0 ? Math.max(...closed) : null;
  }

  after(seq: number, limit: number): EventRecord[] {
    return this.file.records.slice(Math.max(0, seq), Math.max(0, seq) + limit);
  }

  close(): void {
    this.isClosed = true;
  }

  private of(window: number): EventRecord[] {
    return this.file.records.filter((record) => record.window === window);
  }

  private requireRoom(): void {
    if (this.isClosed) throw new PoolError('event_log', 'the log is closed');
    if (this.file.isFull) throw new PoolError('event_log', 'the disk is full');
  }
}
