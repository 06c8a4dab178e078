import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState } from '../../emitter/select/state.ts';
import { type BlockRef, SELECT_DEFAULTS, type SelectConfig, type SelectEvent } from '../../emitter/select/types.ts';
import { block, poolWindow, signerOf } from './select-world.ts';

export const FIRST = firstSlot(poolWindow(0));
export const LAST = slotTime(lastSlot(poolWindow(0)));
const PARENT = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, FIRST - 1, 'other');

/** Member m's branch, one block a slot. */
export function branchOf(m: number, count: number): BlockRef[] {
  const made: BlockRef[] = [];
  for (let k = 0; k < count; k++) made.push(block(made[k - 1] ?? PARENT, FIRST + k, `m${m}`));
  return made;
}

/** A selection that knows the parent of the first pool window, fed event by event. `emitted`: what left, as "slot signer". */
export function pool(config: SelectConfig = SELECT_DEFAULTS) {
  const state = initialState(config);
  const emitted: string[] = [];
  const causes: string[] = [];
  const feed = (event: SelectEvent) => {
    for (const effect of reduce(state, event)) {
      if (effect.type !== 'emit') continue;
      if (effect.cause) causes.push(effect.cause);
      emitted.push(...effect.path.map(({ slot, signer }) => `${slot - FIRST} ${signer}`));
    }
  };
  const offer = (m: number, made: BlockRef, at: number, more = {}) => {
    const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false, ...more };
    feed({ type: 'candidate', at, candidate: { ...made, ...rest, signer: signerOf(m) } });
  };
  feed({ type: 'public', at: slotTime(FIRST) - 600, block: PARENT, pool: false });
  return { state, feed, offer, emitted, causes };
}
