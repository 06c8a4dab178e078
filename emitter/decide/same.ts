import { canonicalJson } from '../../common/canonical.ts';
import type { DecisionEvent } from '../../common/pool-store.ts';

/** Whether two emitters chose the same blocks in one step: then it does not matter who did. */
export function isSame(one: readonly DecisionEvent[], other: readonly DecisionEvent[]): boolean {
  return canonicalJson(one.map(essence)) === canonicalJson(other.map(essence));
}

/** What a decision says, without when it was made here. */
function essence({ slot, id, num, signer, reason, replaces, failed }: DecisionEvent): object {
  return { slot, id, num, signer, reason: reason === 'rescue' ? reason : '', replaces, failed: failed ?? null };
}
