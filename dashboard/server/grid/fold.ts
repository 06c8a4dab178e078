import type { EventRecord, PoolEvent } from '../../../common/events.ts';
import { firstSlot, lastSlot, SLOTS_PER_WINDOW, windowOf } from '../../../common/slot.ts';
import { CELL, type Mark } from '../../api.ts';
import { withCell } from './cells.ts';
import { type SlotState, viewOf } from './state.ts';

/** What records are folded into. */
export interface Grid {
  /** The slot's state, made when it is new. */
  slot(slot: number): SlotState;
  /** The same, or null when nothing is known of it. */
  known(slot: number): SlotState | null;
  /** Row of a member, a new one for who has none. */
  row(account: string): number;
  /** Whose key it is by the contract; null for a key that it does not know. */
  owner(signer: string): string | null;
}

type Event<T extends PoolEvent['type']> = Extract<PoolEvent, { type: T }>;

const LETTER = { valid: CELL.valid, late: CELL.late, invalid: CELL.invalid };

/**
 * Folds a record of an emitter's log into the slots that it speaks of, and gives those. No clock, no chance: the same records give the same
 * states, and a record that comes again changes nothing.
 */
export function fold(grid: Grid, emitter: string, { event, window }: EventRecord): number[] {
  switch (event.type) {
    case 'candidate':
      return candidate(grid, emitter, event);
    case 'standby':
      return standby(grid, emitter, event);
    case 'decision':
      return decision(grid, emitter, event);
    case 'input':
      return adopted(grid, emitter, event.input);
    case 'emission':
      return emission(grid, emitter, event);
    case 'rescue':
      return rescue(grid, emitter, event);
    case 'rejected': {
      const text = `the relay node of ${emitter} refused the block of ${who(grid, event)}: its body is invalid`;
      return [...replace(grid, emitter, windowOf(event.slot), [event.id]), ...tell(grid, event.slot, text)];
    }
    case 'leak': {
      const from = event.signer === null ? 'a signer that is not known' : who(grid, event);
      const held = event.held ? 'had it from its member' : 'never had it';
      return tell(
        grid,
        event.slot,
        `leak: a block of ${from} is public that ${emitter} did not send and ${held}`,
        'leak',
      );
    }
    case 'poisoned': {
      const text = `${who(grid, event)} builds beside a block that it was given: its node has to be restarted`;
      return tell(grid, event.slot, text, 'poisoned');
    }
    case 'equivocation':
      return tell(grid, event.slot, `${who(grid, event)} signed two different blocks for this slot on one parent`);
    case 'fault':
      return window === null ? [] : tell(grid, firstSlot(window), `${emitter}: ${event.code}: ${event.text}`);
    case 'window':
      return close(grid, emitter, event);
    default:
      return [];
  }
}

function memberOf(grid: Grid, { signer, member }: { signer: string | null; member?: string | null }): string | null {
  return (signer === null ? null : grid.owner(signer)) ?? member ?? null;
}

function who(grid: Grid, of: { signer: string | null; member?: string | null }): string {
  return memberOf(grid, of) ?? of.signer ?? 'nobody who is known';
}

function candidate(grid: Grid, emitter: string, event: Event<'candidate'>): number[] {
  const { slot, id, at, bytes, transactions, verdict, reason, via = null } = event;
  const signer = event.signer ?? '';
  const state = grid.slot(slot);
  const member = memberOf(grid, event);
  const row = member === null ? null : grid.row(member);
  const view = viewOf(state, emitter);
  if (row !== null) view.cells = withCell(view.cells, row, LETTER[verdict]);
  const isKnown = state.seen.some(
    (one) => one.emitter === emitter && one.id === id && one.signer === signer && one.at === at,
  );
  if (!isKnown) state.seen.push({ emitter, row, member, signer, id, at, bytes, transactions, verdict, reason, via });
  return [slot];
}

function standby(grid: Grid, emitter: string, event: Event<'standby'>): number[] {
  const member = memberOf(grid, event);
  if (member === null) return [];
  const view = viewOf(grid.slot(event.slot), emitter);
  view.cells = withCell(view.cells, grid.row(member), CELL.standby);
  return [event.slot];
}

function decision(grid: Grid, emitter: string, event: Event<'decision'>): number[] {
  const { slot, id, signer, replaces } = event;
  const { decided } = viewOf(grid.slot(slot), emitter);
  const key = `${id} ${signer}`;
  if (!decided.includes(key)) decided.push(key);
  return [slot, ...replace(grid, emitter, windowOf(slot), replaces)];
}

/** What another emitter decided, with the blocks whose place it takes. */
function adopted(grid: Grid, emitter: string, input: object): number[] {
  const { type, decisions } = input as { type?: string; decisions?: { slot: number; replaces: string[] }[] };
  if (type !== 'adopted' || !decisions) return [];
  return decisions.flatMap(({ slot, replaces }) => replace(grid, emitter, windowOf(slot), replaces));
}

function emission(grid: Grid, emitter: string, event: Event<'emission'>): number[] {
  const { slot, id, signer, addedUs } = event;
  const state = grid.slot(slot);
  const { out } = viewOf(state, emitter);
  if (out.some((one) => one.id === id && one.signer === signer)) return [];
  const seen = state.seen.find((one) => one.emitter === emitter && one.id === id && one.signer === signer);
  const member = grid.owner(signer) ?? seen?.member ?? null;
  const row = member === null ? null : grid.row(member);
  out.push({ id, signer, row, member, arrivedAt: seen?.at ?? null, addedUs });
  return [slot];
}

function rescue(grid: Grid, emitter: string, event: Event<'rescue'>): number[] {
  const { window, cause, path, replaced, failed, leader } = event;
  const changed = replace(grid, emitter, window, replaced);
  const begins = slots(window).find((slot) => grid.known(slot)?.seen.some(({ id }) => id === path[0]));
  if (begins === undefined) return changed;
  const out = failed === '' ? 'nobody' : who(grid, { signer: failed });
  const text = `rescue (${cause}): ${path.length} blocks of ${who(grid, { signer: leader })} in place of ${replaced.length}, ${out} is out`;
  return [...changed, ...tell(grid, begins, text, 'rescue')];
}

/** Own public blocks that another branch takes the place of. */
function replace(grid: Grid, emitter: string, window: number, ids: string[]): number[] {
  const changed: number[] = [];
  for (const slot of ids.length === 0 ? [] : slots(window)) {
    const state = grid.known(slot);
    for (const id of state ? ids : []) {
      const isHere = Object.values(state?.logs ?? {}).some(({ out }) => out.some((one) => one.id === id));
      const { replaced } = viewOf(state as SlotState, emitter);
      if (!isHere || replaced.includes(id)) continue;
      replaced.push(id);
      mark(state as SlotState, 'replaced');
      changed.push(slot);
    }
  }
  return changed;
}

function close(grid: Grid, emitter: string, { window, mode }: Event<'window'>): number[] {
  const all = slots(window);
  for (const slot of all) viewOf(grid.slot(slot), emitter).closed = mode ?? 'propose';
  return all;
}

function tell(grid: Grid, slot: number, text: string, name?: Mark): number[] {
  const state = grid.slot(slot);
  if (!state.notes.includes(text)) state.notes.push(text);
  if (name) mark(state, name);
  return [slot];
}

function mark(state: SlotState, name: Mark): void {
  if (!state.marks.includes(name)) state.marks.push(name);
}

function slots(window: number): number[] {
  if (lastSlot(window) > Number.MAX_SAFE_INTEGER) return [];
  return Array.from({ length: SLOTS_PER_WINDOW }, (_, k) => firstSlot(window) + k);
}
