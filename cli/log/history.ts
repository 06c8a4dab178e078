import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { windowOf } from '../../common/slot.ts';
import { QuarantineLedger } from '../../emitter/log/quarantine.ts';
import { StandingLedger } from '../../emitter/log/standing.ts';
import type { SelectEvent } from '../../emitter/select/types.ts';

type Decision = Extract<PoolEvent, { type: 'decision' }>;
type Emission = Extract<PoolEvent, { type: 'emission' }>;

interface Past {
  decisions: Decision[];
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
    if (event.type === 'decision') past.decisions.push(event);
    if (event.type === 'emission') past.emitted.add(event.slot);
    if (event.type === 'window') past.closed = true;
  }

  hasDecided({ slot, id, signer }: Emission): boolean {
    const { decisions } = this.past(windowOf(slot));
    return decisions.some((decision) => decision.slot === slot && decision.id === id && decision.signer === signer);
  }

  /** The inputs by which a new run is told what was decided around a slot. See the emitter's Chooser, `restore`. */
  decided(slot: number): SelectEvent[] {
    const window = windowOf(slot);
    const decisions = [window, window + 1].flatMap((each) => this.windows.get(each)?.decisions ?? []);
    return decisions.map(({ at, id, num, slot: of, signer, reason, replaces }) => {
      const rescue = reason === 'rescue' && replaces.length > 0;
      return { type: 'decided', at, block: { id, num, slot: of, previous: '' }, signer, rescue };
    });
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
    const past: Past = { decisions: [], emitted: new Set(), closed: false };
    this.windows.set(window, past);
    for (const oldest of this.windows.keys()) {
      if (this.windows.size <= WINDOWS_KEPT) break;
      this.windows.delete(oldest);
    }
    return past;
  }
}
