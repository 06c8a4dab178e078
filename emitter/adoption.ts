import type { Decided } from '../common/pool-store.ts';
import { windowOf } from '../common/slot.ts';
import type { SelectState } from './select/state.ts';
import type { SelectEvent } from './select/types.ts';

type Event<T extends SelectEvent['type']> = Extract<SelectEvent, { type: T }>;

/** `send`: its blocks leave here as well; `more`: it is followed by others, told at the same time. */
export interface Adopting {
  send: boolean;
  more?: true;
}

/** What the pool's emitters decided, as the selection is fed it. `at`: now, in ms since 1970. */
export function adoptionOf({ seq, emitter, decisions }: Decided, at: number, how: Adopting): Event<'adopted'> {
  const said = decisions.map(({ slot, id, num, previous = '', signer, reason, replaces, failed }) => {
    return { slot, id, num, previous, signer, reason, replaces, ...(failed !== undefined && { failed }) };
  });
  return { type: 'adopted', at, seq, by: emitter, decisions: said, ...how };
}

/** A pool block that nobody here knows of: of many emitters another may have let it out, and its decision comes later than the block. */
export function mayBeOthers(state: SelectState, { pool, block, unchecked }: Event<'public'>): boolean {
  if (!pool || unchecked || state.emittedIds.has(block.id)) return false;
  const window = windowOf(block.slot);
  // A window's first block can be built below the tip, and be no higher.
  const isNew = block.num > (state.tip?.num ?? 0) || window >= windowOf(state.tip?.slot ?? 0);
  return isNew || window === state.window?.id;
}
