import { windowOf } from '../../common/slot.ts';
import { LIMITS } from '../limits.ts';

interface Entry {
  id: string;
  slot: number;
  frame: Buffer;
}

/** The pool's public blocks of the newest windows, with their bytes, to be handed to members when their hold ends. */
export class PublicBranch {
  private readonly windows = new Map<number, Entry[]>();

  add(entry: Entry): void {
    const window = windowOf(entry.slot);
    const entries = this.windows.get(window) ?? [];
    if (entries.some((known) => known.id === entry.id)) return;
    entries.push(entry);
    this.windows.set(window, entries);
    for (const oldest of [...this.windows.keys()].sort((a, b) => a - b)) {
      if (this.windows.size <= LIMITS.windowsKept) break;
      this.windows.delete(oldest);
    }
  }

  /** A rescue took the place of these. */
  remove(ids: string[]): void {
    for (const [window, entries] of this.windows) {
      this.windows.set(
        window,
        entries.filter(({ id }) => !ids.includes(id)),
      );
    }
  }

  /** Whether this block is public and stands: no rescue took its place. */
  has(id: string, slot: number): boolean {
    return this.windows.get(windowOf(slot))?.some((entry) => entry.id === id) === true;
  }

  /** Blocks of a window in order of their slots. */
  of(window: number): Entry[] {
    return [...(this.windows.get(window) ?? [])].sort((a, b) => a.slot - b.slot);
  }
}
