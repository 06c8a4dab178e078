import type { BlockHeader } from '../decode/block.ts';
import type { Schedule } from '../decode/schedule.ts';

/**
 * What nodeos keeps per block to know when a block is irreversible under DPoS, and with that when a pending schedule becomes the
 * active one. Source: Leap block_header_state.hpp, `block_header_state_common`.
 */
export interface DposState {
  proposedIrreversible: number;
  irreversible: number;
  lastProduced: ReadonlyMap<bigint, number>;
  lastImpliedIrreversible: ReadonlyMap<bigint, number>;
  /** Confirmations that each of the newest blocks still needs, the oldest of them first. */
  confirmCount: Buffer;
}

/** More confirmations than this are not tracked. Source: Leap config.hpp, `maximum_tracked_dpos_confirmations`. */
const MAX_TRACKED = 1024;

/** Whether a producer confirms blocks that it confirmed before. Source: Leap block_header_state.cpp, `next`. */
export function confirmsTwice(parent: DposState, { num, producer, confirmed }: BlockHeader): boolean {
  const last = parent.lastProduced.get(producer);
  return last !== undefined && last >= (num - confirmed) >>> 0;
}

/**
 * The state after a block, as far as a change of schedule does not touch it.
 * Source: Leap block_header_state.cpp, `next` and `calc_dpos_last_irreversible`.
 */
export function nextDpos(parent: DposState, active: Schedule, header: BlockHeader): DposState {
  const required = Math.floor((active.producers.length * 2) / 3) + 1;
  const counts = Buffer.concat([parent.confirmCount.subarray(-(MAX_TRACKED - 1)), Buffer.from([required])]);
  let { proposedIrreversible } = parent;
  let confirmCount = counts;
  // The block confirms itself and as many before it as it says.
  for (let i = counts.length - 1, n = header.confirmed + 1; i >= 0 && n > 0; i--, n--) {
    const left = ((counts[i] as number) - 1) & 0xff;
    counts[i] = left;
    if (left > 0) continue;
    proposedIrreversible = header.num - (counts.length - 1 - i);
    confirmCount = counts.subarray(i + 1);
    break;
  }
  const lastImpliedIrreversible = withEntry(
    parent.lastImpliedIrreversible,
    header.producer,
    parent.proposedIrreversible,
  );
  return {
    proposedIrreversible,
    irreversible: lastIrreversible(parent, header.producer),
    lastProduced: withEntry(parent.lastProduced, header.producer, header.num),
    lastImpliedIrreversible,
    confirmCount: Buffer.from(confirmCount),
  };
}

/**
 * The state after a block of `producer` that makes `active` the active schedule: producers that left are forgotten, new ones
 * start at the last irreversible block. Source: ibid.
 */
export function promoted(next: DposState, active: Schedule, producer: bigint): DposState {
  const ofActive = (known: ReadonlyMap<bigint, number>) =>
    new Map(active.producers.map(({ name }) => [name, known.get(name) ?? next.irreversible]));
  const own = next.lastProduced.get(producer) as number;
  const lastProduced = withEntry(ofActive(next.lastProduced), producer, own);
  return { ...next, lastProduced, lastImpliedIrreversible: ofActive(next.lastImpliedIrreversible) };
}

/** Two thirds of the producers imply that this block or a later one is irreversible. */
function lastIrreversible(parent: DposState, producer: bigint): number {
  const { lastImpliedIrreversible: implied, proposedIrreversible } = parent;
  const nums = [...implied]
    .map(([name, num]) => (name === producer ? proposedIrreversible : num))
    .sort((a, b) => a - b);
  return nums[Math.floor((nums.length - 1) / 3)] ?? 0;
}

function withEntry(known: ReadonlyMap<bigint, number>, name: bigint, num: number): ReadonlyMap<bigint, number> {
  return new Map(known).set(name, num);
}
