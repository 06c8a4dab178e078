import type { EventRecord, PoolEvent } from '../../common/events.ts';
import type { SelectEvent } from '../select/types.ts';

/**
 * What a new run's selection is told of the windows that can still run, made from their `decision` and `lead` records, in the log's order: first
 * who was replaced in standby mode, for nobody of them gets the duty back, then what was decided. The emitter tells it, and a
 * replay knows by it what had to be told.
 */
export function restoredChoices(events: readonly PoolEvent[], at: number): SelectEvent[] {
  return [...events.flatMap((event) => replaced(event, at)), ...events.flatMap((event) => decided(event, at))];
}

/** Whether a block was decided, by the `decision` records of its window. */
export function hasDecided(records: readonly EventRecord[], id: string): boolean {
  return records.some(({ event }) => event.type === 'decision' && event.id === id);
}

function replaced(event: PoolEvent, at: number): SelectEvent[] {
  if (event.type !== 'lead' || event.failed === undefined) return [];
  return [{ type: 'replaced', at, window: event.window, signer: event.failed }];
}

function decided(event: PoolEvent, at: number): SelectEvent[] {
  if (event.type !== 'decision') return [];
  const { id, num, slot, signer, reason, replaces, failed } = event;
  const block = { id, num, slot, previous: '' };
  // Before schema 4 a rescue that replaced nothing cannot be told from the further blocks of one.
  const rescue = failed !== undefined || (reason === 'rescue' && replaces.length > 0);
  return [{ type: 'decided', at, block, signer, rescue, ...(failed !== undefined && { failed }) }];
}
