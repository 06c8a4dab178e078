import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../common/events.ts';
import type { EventStore } from '../../emitter/log/store.ts';

interface Entry {
  window: number | null;
  event: PoolEvent;
}

/** A log in memory that takes everything and knows of no earlier run; tests override what they are about. */
export class MemoryStore implements EventStore {
  lastSeq = 0;
  /** What was appended, in order. */
  readonly events: PoolEvent[] = [];
  /** Decisions and appointments of an earlier run. */
  decided: EventRecord[] = [];

  append(entries: Entry[]): EventRecord[] {
    this.events.push(...entries.map(({ event }) => event));
    return entries.map(({ window, event }) => chainRecord(++this.lastSeq, window, event, GENESIS_HASH));
  }
  hold(_entries: Entry[]): void {}
  rehearse(): void {}
  choices(window: number): EventRecord[] {
    return this.decided.filter((record) => record.window === window);
  }
  quarantineRecords(): EventRecord[] {
    return [];
  }
  unclosed(): { window: number; emitted: number }[] {
    return [];
  }
  lastClosed(): number | null {
    return null;
  }
  after(): EventRecord[] {
    return [];
  }
  close(): void {}
}
