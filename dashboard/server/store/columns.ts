import type { DatabaseSync } from 'node:sqlite';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SLOTS_PER_WINDOW } from '../../../common/slot.ts';
import type { GridRow } from '../../api.ts';
import type { Seen, SlotState } from '../grid/state.ts';

/** How far a log was read. */
export interface Cursor {
  seq: number;
  /** Of the record with that number. */
  hash: string;
  /** What was odd about the log, newest last. */
  notices: string[];
}

export interface Step {
  slots: Iterable<SlotState>;
  cursors: Iterable<[emitter: string, cursor: Cursor]>;
  /** Rows that are new or changed, with their places. */
  rows: Iterable<[place: number, row: GridRow]>;
}

/** Changes between two looks at what is too old: a look passes over all that stays. */
const PRUNE_EVERY = 50;

/** The kept columns: slots with their newest change, rows, and where each log was read to, always of one moment. */
export class ColumnStore {
  private readonly db: DatabaseSync;
  private readonly keep: { windows: number; details: number };
  private last: number;

  /** `keep`: windows of the pool's that stay, and that stay with their candidates. */
  constructor(db: DatabaseSync, keep: { windows: number; details: number }) {
    this.db = db;
    this.keep = keep;
    this.last = Number(db.prepare(`SELECT value FROM meta WHERE name = 'change'`).get()?.value);
  }

  /** Number of the newest change; each step that changes a slot or a row is one. */
  get change(): number {
    return this.last;
  }

  /** Puts a step down, whole or not at all: one change more, unless only cursors moved on. */
  write({ slots, cursors, rows }: Step): void {
    const [allSlots, allRows] = [[...slots], [...rows]];
    const change = this.last + (allSlots.length + allRows.length > 0 ? 1 : 0);
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const slot = this.db.prepare('INSERT OR REPLACE INTO slots (slot, change, state, seen) VALUES (?, ?, ?, ?)');
      for (const { seen, ...state } of allSlots) slot.run(state.slot, change, JSON.stringify(state), packed(seen));
      const row = this.db.prepare(
        'INSERT OR REPLACE INTO rows (place, account, is_member, change) VALUES (?, ?, ?, ?)',
      );
      for (const [place, { account, isMember }] of allRows) row.run(place, account, Number(isMember), change);
      const cursor = this.db.prepare('INSERT OR REPLACE INTO emitters (name, seq, hash, notices) VALUES (?, ?, ?, ?)');
      for (const [name, { seq, hash, notices }] of cursors) cursor.run(name, seq, hash, JSON.stringify(notices));
      this.db.prepare(`UPDATE meta SET value = ? WHERE name = 'change'`).run(String(change));
      if (change % PRUNE_EVERY === 0) this.prune();
      this.db.exec('COMMIT');
    } catch (thrown) {
      this.db.exec('ROLLBACK');
      throw thrown;
    }
    this.last = change;
  }

  slot(slot: number): SlotState | null {
    const row = this.db.prepare('SELECT state, seen FROM slots WHERE slot = ?').get(slot);
    return row ? { ...stateIn(row), seen: unpacked(row.seen) } : null;
  }

  /** The newest ones before a slot, in order, without their candidates. */
  before(slot: number, limit: number): SlotState[] {
    const rows = this.db.prepare('SELECT state FROM slots WHERE slot < ? ORDER BY slot DESC LIMIT ?').all(slot, limit);
    return rows.map(stateIn).reverse();
  }

  /** What changed after a change, in order of the slots; null when that is more than `limit`. */
  changedAfter(change: number, limit: number): { slots: SlotState[]; rows: boolean } | null {
    const sql = 'SELECT state FROM slots WHERE change > ? ORDER BY slot LIMIT ?';
    const rows = this.db.prepare(sql).all(change, limit + 1);
    if (rows.length > limit) return null;
    const changed = this.db.prepare('SELECT 1 FROM rows WHERE change > ? LIMIT 1').get(change);
    return { slots: rows.map(stateIn), rows: changed !== undefined };
  }

  rows(): GridRow[] {
    const rows = this.db.prepare('SELECT account, is_member FROM rows ORDER BY place').all();
    return rows.map(({ account, is_member }) => ({ account: String(account), isMember: is_member === 1 }));
  }

  cursor(emitter: string): Cursor {
    const row = this.db.prepare('SELECT seq, hash, notices FROM emitters WHERE name = ?').get(emitter);
    if (!row) return { seq: 0, hash: '', notices: [] };
    return { seq: Number(row.seq), hash: String(row.hash), notices: JSON.parse(String(row.notices)) as string[] };
  }

  /** All slots of the pool's have a row, so the oldest that stays is counted and not computed: windows of the pool are far apart. */
  private prune(): void {
    const at = this.db.prepare('SELECT slot FROM slots ORDER BY slot DESC LIMIT 1 OFFSET ?');
    const oldest = at.get(this.keep.windows * SLOTS_PER_WINDOW - 1)?.slot;
    if (oldest !== undefined) this.db.prepare('DELETE FROM slots WHERE slot < ?').run(oldest);
    const detailed = at.get(this.keep.details * SLOTS_PER_WINDOW - 1)?.slot;
    if (detailed === undefined) return;
    this.db.prepare('UPDATE slots SET seen = NULL WHERE slot < ? AND seen IS NOT NULL').run(detailed);
  }
}

function stateIn(row: Record<string, unknown>): SlotState {
  return { ...(JSON.parse(String(row.state)) as Omit<SlotState, 'seen'>), seen: [] };
}

/** Signers and members repeat in all candidates of an emitter: deflated they take a fifth. */
function packed(seen: Seen[]): Uint8Array {
  return deflateRawSync(JSON.stringify(seen), { level: 1 });
}

function unpacked(blob: unknown): Seen[] {
  if (!(blob instanceof Uint8Array)) return [];
  return JSON.parse(inflateRawSync(blob).toString()) as Seen[];
}
