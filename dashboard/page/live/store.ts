import { firstSlot, windowOf } from '../../../common/slot.ts';
import type { Column, EmitterView, GridRow, LiveEvents } from '../../api.ts';

/** What was loaded at most; older columns are asked for again when somebody scrolls there. */
export const MOST_COLUMNS = 20_000;

/**
 * The columns that the page knows, oldest first, each slot once. A column is replaced as a whole when it changes, never changed
 * in place: whoever kept the object knows by identity whether it is still the same.
 */
export class LiveStore {
  pool = '';
  rows: readonly GridRow[] = [];
  emitters: readonly EmitterView[] = [];
  /** Whether the server may have older ones. */
  hasOlder = true;
  #columns: Column[] = [];
  readonly #listeners = new Set<() => void>();

  get columns(): readonly Column[] {
    return this.#columns;
  }

  /** A new beginning. What was known before is let go of, for slots between that and these may be missing; it is loaded again on demand. */
  reset({ pool, rows, columns, emitters }: LiveEvents['reset']): void {
    this.pool = pool;
    this.rows = rows;
    this.emitters = emitters;
    this.hasOlder = true;
    this.#columns = sorted(columns);
    this.#changed();
  }

  /**
   * New and changed columns. One of a window before all that is loaded is not needed: it comes with the history. Of the oldest window that is loaded some can be
   * new: who stood by in its first slots is told at its end.
   */
  change({ rows, columns }: LiveEvents['columns']): void {
    if (rows) this.rows = rows;
    const first = firstSlot(windowOf(this.#columns[0]?.slot ?? 0));
    for (const column of columns) if (column.slot >= first) this.#put(column);
    if (this.#columns.length > MOST_COLUMNS) {
      this.#columns.splice(0, this.#columns.length - MOST_COLUMNS);
      this.hasOlder = true;
    }
    this.#changed();
  }

  /** Older columns, which were asked for with `before` = the first slot here; none when there are no more. */
  prepend(columns: readonly Column[]): void {
    const first = this.#columns[0]?.slot ?? Number.POSITIVE_INFINITY;
    const older = sorted(columns).filter(({ slot }) => slot < first);
    if (older.length === 0) this.hasOlder = false;
    this.#columns.unshift(...older);
    this.#changed();
  }

  setEmitters(emitters: readonly EmitterView[]): void {
    this.emitters = emitters;
    this.#changed();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #put(column: Column): void {
    // Nearly always the newest one or its neighbour: looked for from the end.
    let at = this.#columns.length;
    while (at > 0 && (this.#columns[at - 1] as Column).slot > column.slot) at--;
    const known = at > 0 && (this.#columns[at - 1] as Column).slot === column.slot;
    this.#columns.splice(known ? at - 1 : at, known ? 1 : 0, column);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function sorted(columns: readonly Column[]): Column[] {
  return [...columns].sort((a, b) => a.slot - b.slot);
}
