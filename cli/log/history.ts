import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { windowOf } from '../../common/slot.ts';
import { restoredChoices } from '../../emitter/log/choices.ts';
import { QuarantineLedger } from '../../emitter/log/quarantine.ts';
import { StandingLedger } from '../../emitter/log/standing.ts';
import type { SelectEvent } from '../../emitter/select/types.ts';

type Emission = Extract<PoolEvent, { type: 'emission' }>;

interface Past {
  choices: PoolEvent[];
  emitted: Set<number>;
  closed: boolean;
}

/** More than can be asked for: the running window, the next one, and those that a run left open. */
const WINDOWS_KEPT = 256;

/** What the records so far say of the newest windows. */
export class History {
  private readonly windows = new Map<number, Past>();
  /** The newest window that is closed; null before the first. */
  lastClosed: number | null = null;
  /** Who sits out after these records. */
  readonly quarantine = new QuarantineLedger();
  /** Who stood by at the end of a run. */
  readonly standing = new StandingLedger();

  note(record: EventRecord): void {
    const { window, event } = record;
    this.quarantine.note(record);
    this.standing.note(record);
    if (event.type === 'window' || event.type === 'checkpoint')
      this.lastClosed = Math.max(this.lastClosed ?? 0, event.window);
    if (window === null) return;
    const past = this.past(window);
    if (event.type === 'decision' || event.type === 'lead') past.choices.push(event);
    if (event.type === 'emission') past.emitted.add(event.slot);
    if (event.type === 'window') past.closed = true;
  }

  hasDecided({ slot, id, signer }: Emission): boolean {
    const isIt = (event: PoolEvent) =>
      event.type === 'decision' && event.slot === slot && event.id === id && event.signer === signer;
    return this.past(windowOf(slot)).choices.some(isIt);
  }

  /** The inputs by which a new run is told what was chosen around a slot. See the emitter's Chooser, `restore`. */
  restored(slot: number): SelectEvent[] {
    const window = windowOf(slot);
    return restoredChoices(
      [window, window + 1].flatMap((each) => this.windows.get(each)?.choices ?? []),
      0,
    );
  }

  /** Has records and no closing one. */
  isOpen(window: number): boolean {
    return this.windows.get(window)?.closed === false;
  }

  /** Slots of a window with an emission. */
  emitted(window: number): number {
    return this.windows.get(window)?.emitted.size ?? 0;
  }

  private past(window: number): Past {
    const known = this.windows.get(window);
    if (known) return known;
    const past: Past = { choices: [], emitted: new Set(), closed: false };
    this.windows.set(window, past);
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= WINDOWS_KEPT) break;
      this.windows.delete(oldest);
    }
    return past;
  }
}
