import type { EventRecord } from '../../common/events.ts';
import { fromPlain } from '../../common/plain.ts';
import { windowOf } from '../../common/slot.ts';
import type { SelectEvent } from '../select/types.ts';

interface Entry {
  /** The window of the refused block; null when only a checkpoint tells of it. */
  window: number | null;
  /** Of the pool's windows after that one, those that were closed since. */
  closed: number;
  /** What a checkpoint says is left; null: as many windows as are configured. */
  windows: number | null;
}

type QuarantineEvent = Extract<SelectEvent, { type: 'quarantine' }>;

/**
 * Who sits out, by the log alone: a member whose block was refused, until so many of the pool's windows are over. By this a new run knows
 * it, and a replay knows what the new run had to be told.
 */
export class QuarantineLedger {
  private readonly entries = new Map<string, Entry>();
  private begun = false;

  /** Takes in a record; those of a log come in their order. A log that was pruned begins with a checkpoint. */
  note({ event }: EventRecord): void {
    if (event.type === 'checkpoint' && !this.begun) this.begin(event.state);
    this.begun = true;
    if (event.type === 'rejected' && event.signer !== '') {
      this.entries.set(event.signer, { window: windowOf(event.slot), closed: 0, windows: null });
    } else if (event.type === 'window') {
      for (const entry of this.entries.values()) if (event.window > (entry.window ?? -1)) entry.closed++;
    } else if (event.type === 'fault' && event.code === 'all_rejected') this.entries.clear();
  }

  /** What a new run's selection is told. `configured`: windows that a member sits out; `running`: the window that is open there. */
  restored(configured: number, running: number | null, at: number): QuarantineEvent[] {
    return [...this.entries].sort(bySigner).flatMap(([signer, { window, closed, windows }]) => {
      const left =
        Math.min(windows ?? configured, configured) - closed + (window !== null && window === running ? 1 : 0);
      return left > 0 ? [{ type: 'quarantine', at, signer, windows: left } as const] : [];
    });
  }

  private begin(state: object): void {
    const { quarantine } = fromPlain(state) as { quarantine?: Map<string, number> };
    for (const [signer, windows] of quarantine ?? []) this.entries.set(signer, { window: null, closed: 0, windows });
  }
}

function bySigner([one]: [string, Entry], [other]: [string, Entry]): number {
  return one < other ? -1 : 1;
}
