import { legacy } from './legacy.ts';
import type { ForkRules } from './rules.ts';

/**
 * The rule of Spring once Savanna is active. NOT run against a real node: there was none to run; written from the source of Spring
 * 1.3.0-dev (17ed17f6). Order: time of the newest block with a quorum certificate that the branch claims, then the head's own time, then
 * the greatest id. Source: `fork_database.cpp` (by_best_branch_if_t), `finality_core.hpp` (latest_qc_block_timestamp).
 */
export const savanna: ForkRules = {
  name: 'savanna',

  isBetterHead(block, than) {
    const claims = (block.qcSlot ?? 0) - (than.qcSlot ?? 0);
    if (claims !== 0) return claims > 0;
    if (block.slot !== than.slot) return block.slot > than.slot;
    return block.id > than.id;
  },

  /** Never past a certificate: finalizers are locked on that block, and a branch without it has an older claim and loses. */
  mayReplace(replaced, tip) {
    return legacy.mayReplace(replaced, tip) && replaced.every((block) => block.slot > (tip.qcSlot ?? 0));
  },

  /** From 1.1 on a producer applies nothing once it is to produce on schedule. Source: `producer_plugin.cpp` (start_block). */
  tooLateAt(window) {
    return legacy.tooLateAt(window);
  },
};
