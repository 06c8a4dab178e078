import { sentence } from '../../common/errors.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { LIMITS } from '../limits.ts';
import type { Entry } from './fence-file.ts';
import type { EventStore } from './store.ts';

type Ends = Pick<EventStore, 'append' | 'hold' | 'rehearse'>;

/**
 * An unwritten tail is lost with the process; it is never longer than one turn of the event loop. What a decision rests on, and the
 * decision, are held before its block leaves, and are records of the log at the end of the turn; then listeners hear of them.
 */
export class Journal {
  private readonly store: Ends;
  private readonly onWritten: (records: EventRecord[]) => void;
  private readonly onFault: (text: string) => void;
  private waiting: Entry[] = [];
  /** So many of those that wait, the first, are held by the store. */
  private held = 0;
  /** The log refused what waits, at the last try. */
  private isBehind = false;
  /** In the log, and not told to the listeners yet. */
  private untold: EventRecord[] = [];
  private scheduled = false;
  /** Events that were given up while the log refused them. */
  private lost = 0;
  private isOver = false;

  constructor(store: Ends, onWritten: (records: EventRecord[]) => void, onFault: (text: string) => void) {
    this.store = store;
    this.onWritten = onWritten;
    this.onFault = onFault;
  }

  /** Another one, which makes nothing durable and tells nobody; see Rehearsal. */
  twin(): Journal {
    const hold = (entries: Entry[]) => this.store.rehearse(entries);
    return new Journal(
      { hold, rehearse: hold, append: () => [] },
      () => {},
      () => {},
    );
  }

  /** Notes an event; it is written at the end of this turn. */
  tell(window: number | null, event: PoolEvent): void {
    if (this.isOver) return;
    this.waiting.push({ window, event });
    this.schedule();
  }

  /** Writes what was noted. Sessions that end and decisions of others still come after that, and belong into no log: nothing may stand behind a footer. */
  end(): void {
    this.write();
    this.isOver = true;
  }

  /** Makes decisions durable, and what was noted before them. False: nothing may leave, and they were not made. */
  fence(entries: Entry[]): boolean {
    if (this.isOver) return false;
    this.waiting.push(...entries);
    this.schedule();
    // What the store holds is for one turn: while the log does not take it, no more is let out.
    if (this.isBehind) return this.append();
    try {
      this.store.hold(this.waiting.slice(this.held));
      this.held = this.waiting.length;
      return true;
    } catch (thrown) {
      this.forgetDecisions();
      this.onFault(sentence(thrown));
      return false;
    }
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
    if (this.waiting.length === 0) return true;
    const held = this.waiting.slice(0, this.held);
    const rest = this.waiting.slice(this.held);
    // What is missing is said where it is missing: a replay cannot go on from there.
    const at = rest[0]?.event.at ?? 0;
    const gap: Entry[] = this.lost > 0 ? [{ window: null, event: { type: 'gap', at, lost: this.lost } }] : [];
    try {
      this.untold.push(...this.store.append([...held, ...gap, ...rest]));
      this.waiting = [];
      this.held = 0;
      this.lost = 0;
      this.isBehind = false;
      return true;
    } catch (thrown) {
      this.isBehind = true;
      this.forgetDecisions();
      this.onFault(sentence(thrown));
      return false;
    }
  }

  /** Decisions that were not made durable must not be written later: they did not happen. */
  private forgetDecisions(): void {
    const rest = this.waiting.slice(this.held).filter(({ event }) => event.type !== 'decision');
    const kept = rest.slice(-LIMITS.unwrittenEvents);
    this.lost += rest.length - kept.length;
    this.waiting = [...this.waiting.slice(0, this.held), ...kept];
  }
}
