import { firstSlot, SLOTS_PER_WINDOW, slotTime } from '../../common/slot.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState } from '../../emitter/select/state.ts';
import {
  type BlockRef,
  type Candidate,
  SELECT_DEFAULTS,
  type SelectConfig,
  type SelectEvent,
} from '../../emitter/select/types.ts';
import { block, type MemberPlan, poolWindow, signerOf, type World } from './select-world.ts';

/** A world in which nothing goes wrong, without its members. */
export const QUIET: Omit<World, 'members' | 'windows'> = {
  ...{ failures: [], parentLateMs: -600, cpuUs: 300, nextLateMs: 0 },
};

/** A member whose blocks are always in time, empty, and learned as 50 ms early a slot. */
export const STEADY: MemberPlan = { busy: [], misses: false, confirmed: 12, gain: 50, latency: 0, jitter: [] };

/** As many true values as a window has slots. */
export const EVERY_SLOT: boolean[] = Array(SLOTS_PER_WINDOW).fill(true);

/** A block as a member's candidate that came at `at`. */
export function candidateOf(of: BlockRef, member: number, at: number, more: Partial<Candidate> = {}): Candidate {
  const rest = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false };
  return { ...of, ...rest, signer: signerOf(member), ...more };
}

/** A pool before its window, driven by hand: members 0 and 1, and the two blocks of another producer before it. */
export function byHand(config: Partial<SelectConfig> = {}) {
  const state = initialState({ ...SELECT_DEFAULTS, ...config });
  const first = firstSlot(poolWindow(0));
  const root = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, first - 2, 'other');
  const parent = block(root, first - 1, 'other');
  const feed = (event: SelectEvent) => reduce(state, event);
  for (const shown of [root, parent]) feed({ type: 'public', at: slotTime(shown.slot), block: shown, pool: false });
  for (const m of [0, 1]) feed({ type: 'member', at: slotTime(first - 1), signer: signerOf(m), up: true });
  const candidate = (m: number, on: BlockRef, slot: number, at: number, more: Partial<Candidate> = {}) => {
    const made = candidateOf(block(on, slot, `m${m}`), m, at, { transactions: m, ...more });
    return { made, effects: feed({ type: 'candidate', at, candidate: made }) };
  };
  const vote = (strategy: string, fromWindow: number, mode = 'propose') => {
    const before = { previousStrategy: 'first-delivered', previousMode: 'propose' };
    return feed({ type: 'settings', at: slotTime(first - 1), strategy, mode, fromWindow, ...before });
  };
  return { state, first, root, parent, feed, candidate, vote };
}
