import type { EventRecord } from '../../../common/events.ts';
import { windowOf } from '../../../common/slot.ts';
import type { GridRow } from '../../api.ts';
import { fold, type Grid } from '../grid/fold.ts';
import { newSlot, type SlotState } from '../grid/state.ts';
import type { ColumnStore, Cursor } from '../store/columns.ts';

/** Slots that wait to be written; more are written at once, so that catching up with a long log takes no memory. */
const MOST_UNWRITTEN = 600;
/** Slots in memory: the running window and those that its records can still speak of, a few times over. */
const MOST_CACHED = 1200;

/** Folds what emitters tell into slots and rows, and writes it down step by step. */
export class Feed implements Grid {
  private readonly store: ColumnStore;
  private readonly cache = new Map<number, SlotState>();
  private readonly changed = new Map<number, SlotState>();
  private readonly cursors = new Map<string, Cursor>();
  private readonly movedCursors = new Set<string>();
  private readonly allRows: GridRow[];
  private readonly changedRows = new Set<number>();
  private owners: ReadonlyMap<string, string> = new Map();

  constructor(store: ColumnStore) {
    this.store = store;
    this.allRows = store.rows();
  }

  get rows(): readonly GridRow[] {
    return this.allRows;
  }

  cursor(emitter: string): Cursor {
    return this.cursors.get(emitter) ?? this.store.cursor(emitter);
  }

  take(emitter: string, record: EventRecord, cursor: Cursor): void {
    for (const slot of fold(this, emitter, record)) this.changed.set(slot, this.slot(slot));
    this.move(emitter, cursor);
    if (this.changed.size > MOST_UNWRITTEN) this.write();
  }

  move(emitter: string, cursor: Cursor): void {
    this.cursors.set(emitter, cursor);
    this.movedCursors.add(emitter);
  }

  /** What the contract says: whose each key is, and who is a member now. Members get rows, in this order. */
  members(owners: ReadonlyMap<string, string>, members: readonly string[]): void {
    this.owners = owners;
    for (const account of members) this.row(account);
    for (const [place, row] of this.allRows.entries()) {
      const isMember = members.includes(row.account);
      if (row.isMember === isMember) continue;
      this.allRows[place] = { ...row, isMember };
      this.changedRows.add(place);
    }
  }

  /** Writes down what came since the last time. Throws when that cannot be done: then it is still to do. */
  write(): void {
    if (this.movedCursors.size + this.changed.size + this.changedRows.size === 0) return;
    this.store.write({
      slots: this.changed.values(),
      cursors: [...this.movedCursors].map((name) => [name, this.cursor(name)] as const) as [string, Cursor][],
      rows: [...this.changedRows].map((place) => [place, this.allRows[place] as GridRow]),
    });
    this.changed.clear();
    this.movedCursors.clear();
    this.changedRows.clear();
    this.trim();
  }

  slot(slot: number): SlotState {
    const known = this.known(slot);
    if (known) return known;
    const made = newSlot(slot);
    this.cache.set(slot, made);
    return made;
  }

  known(slot: number): SlotState | null {
    const cached = this.cache.get(slot);
    if (cached) return cached;
    const stored = this.store.slot(slot);
    if (stored) this.cache.set(slot, stored);
    return stored;
  }

  row(account: string): number {
    const place = this.allRows.findIndex((row) => row.account === account);
    if (place >= 0) return place;
    this.allRows.push({ account, isMember: false });
    this.changedRows.add(this.allRows.length - 1);
    return this.allRows.length - 1;
  }

  owner(signer: string): string | null {
    return this.owners.get(signer) ?? null;
  }

  /** Only after a write: what is let go of can be read again. */
  private trim(): void {
    if (this.cache.size <= MOST_CACHED) return;
    const newest = windowOf(Math.max(...this.cache.keys()));
    for (const slot of this.cache.keys()) if (windowOf(slot) < newest - 1) this.cache.delete(slot);
  }
}
