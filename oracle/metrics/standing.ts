import type { PoolEvent } from '../../common/events.ts';
import { SLOTS_PER_WINDOW, slotInWindow, windowOf } from '../../common/slot.ts';

/** What a member did in a slot; within a log a higher one hides the lower ones. */
export const STANDING = { absent: 0, standby: 1, invalid: 2, late: 3, candidate: 4 } as const;
export type Standing = (typeof STANDING)[keyof typeof STANDING];

/** One window, slot by slot: the best that each member did. */
export class Standings {
  private readonly window: number;
  private readonly slots = new Map<string, Standing[]>();

  constructor(window: number, accounts: string[]) {
    this.window = window;
    for (const account of accounts) this.slots.set(account, new Array(SLOTS_PER_WINDOW).fill(STANDING.absent));
  }

  /** False when the account is no member of this window, or the slot lies outside of it. */
  mark(account: string | undefined, slot: number, standing: Standing): boolean {
    const slots = account === undefined ? undefined : this.slots.get(account);
    if (!slots || windowOf(slot) !== this.window) return false;
    const at = slotInWindow(slot);
    slots[at] = Math.max(slots[at] ?? 0, standing) as Standing;
    return true;
  }

  /** Of slot k of the window, nothing for who is no member. */
  at(account: string, k: number): Standing {
    return this.slots.get(account)?.[k] ?? STANDING.absent;
  }

  /** Says it of slot k, whatever was said before. */
  put(account: string, k: number, standing: Standing): void {
    const slots = this.slots.get(account);
    if (slots) slots[k] = standing;
  }

  count(account: string, standing: Standing): number {
    return this.slots.get(account)?.filter((each) => each === standing).length ?? 0;
  }
}

/** What an event says of its signer in its slot, or null when it says nothing of that kind. */
export function standingOf(event: PoolEvent): { signer: string | null; slot: number; standing: Standing } | null {
  if (event.type === 'standby') return { signer: event.signer, slot: event.slot, standing: STANDING.standby };
  if (event.type !== 'candidate') return null;
  const standings = { valid: STANDING.candidate, late: STANDING.late, invalid: STANDING.invalid };
  return { signer: event.signer, slot: event.slot, standing: standings[event.verdict] };
}
