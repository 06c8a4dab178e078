import { lastSlot, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../common/slot.ts';
import type { ForkBlock, ForkRules } from './rules.ts';

/**
 * The rule of EOSIO 2.0, Leap 3 to 5 and of Spring before Savanna. Order: irreversible height, then height.
 * Source: Leap `fork_database.cpp` (first_preferred; by_lib_block_num in 4), `block_header_state.cpp` (next).
 */
export const legacy: ForkRules = {
  name: 'legacy',

  isBetterHead(block, than) {
    if (block.irreversible !== undefined && than.irreversible !== undefined) {
      return block.irreversible !== than.irreversible ? block.irreversible > than.irreversible : block.num > than.num;
    }
    return byWindow(block, than);
  },

  /** A last slot that is out stays: the next producer is in producing mode as soon as it has it, and drops all others. */
  mayReplace(replaced) {
    return replaced.every((block) => block.slot < lastSlot(windowOf(block.slot)));
  },

  /** The next producer's window starts at the last slot's time: from then on it drops what comes. Source: Leap `producer_plugin.cpp`. */
  tooLateAt(window) {
    return slotTime(lastSlot(window));
  },
};

/**
 * For a block whose irreversible height is not known: it grows at each producer's first block and is equal within a window, so a block
 * of a later window wins unless its branch is shorter by more than a window. Wrong while nothing becomes irreversible, and for a
 * branch that leaves a whole window out.
 */
function byWindow(block: ForkBlock, than: ForkBlock): boolean {
  const windows = windowOf(block.slot) - windowOf(than.slot);
  if (windows === 0) return block.num > than.num;
  if (windows > 0) return block.num + SLOTS_PER_WINDOW > than.num;
  return block.num > than.num + SLOTS_PER_WINDOW;
}
