import { sentence } from '../../common/errors.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { LIMITS } from '../limits.ts';
import type { EventStore } from './store.ts';

interface Entry {
  window: number | null;
  event: PoolEvent;
}

/**
 * An unwritten tail is lost with the process; it is never longer than one turn of the event loop. Listeners hear of records once
 * these are durable: of those of a fence at the end of the turn, for the block is to leave first.
 */
export class Journal {
  private readonly store: EventStore;
  private readonly onWritten: (records: EventRecord[]) => void;
  private readonly onFault: (text: string) => void;
  private waiting: Entry[] = [];
  /** Durable, and not told to the listeners yet. */
  private untold: EventRecord[] = [];
  private scheduled = false;
  /** Events that were given up while the log refused them. */
  private lost = 0;

  constructor(store: EventStore, onWritten: (records: EventRecord[]) => void, onFault: (text: string) => void) {
    this.store = store;
    this.onWritten = onWritten;
    this.onFault = onFault;
  }

  /** Notes an event; it is written with the next fence or at the end of this turn, whichever comes first. */
  tell(window: number | null, event: PoolEvent): void {
    this.waiting.push({ window, event });
    this.schedule();
  }

  /** Writes decisions, and what was noted before them, durably. False: nothing may leave. */
  fence(entries: Entry[]): boolean {
    this.waiting.push(...entries);
    this.schedule();
    return this.append();
  }

  /** Writes what was noted, and tells the listeners of all that is durable. False: the log refused it. */
  write(): boolean {
    const isWritten = this.append();
    const records = this.untold;
    this.untold = [];
    if (records.length === 0) return isWritten;
    try {
      this.onWritten(records);
    } catch (thrown) {
      // What is durable stays so, whatever a listener makes of it.
      this.onFault(sentence(thrown));
    }
    return isWritten;
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.write();
    });
  }

  private append(): boolean {
    const entries = this.waiting;
    if (entries.length === 0) return true;
    this.waiting = [];
    // What is missing is said where it is missing: a replay cannot go on from there.
    const at = entries[0]?.event.at ?? 0;
    const gap: Entry[] = this.lost > 0 ? [{ window: null, event: { type: 'gap', at, lost: this.lost } }] : [];
    try {
      this.untold.push(...this.store.append([...gap, ...entries]));
      this.lost = 0;
      return true;
    } catch (thrown) {
      // Decisions that were not made durable must not be written later: they did not happen.
      const kept = entries.filter(({ event }) => event.type !== 'decision');
      this.waiting = kept.slice(-LIMITS.unwrittenEvents);
      this.lost += kept.length - this.waiting.length;
      this.onFault(sentence(thrown));
      return false;
    }
  }
}
