import type { Grid } from '../../../../dashboard/server/grid/fold.ts';
import { newSlot, type SlotState } from '../../../../dashboard/server/grid/state.ts';

/** A grid that is kept nowhere. */
export class MemoryGrid implements Grid {
  readonly slots = new Map<number, SlotState>();
  readonly rows: string[] = [];
  private readonly owners: Map<string, string>;

  constructor(owners: Map<string, string> = new Map()) {
    this.owners = owners;
  }

  slot(slot: number): SlotState {
    const state = this.slots.get(slot) ?? newSlot(slot);
    this.slots.set(slot, state);
    return state;
  }

  known(slot: number): SlotState | null {
    return this.slots.get(slot) ?? null;
  }

  row(account: string): number {
    if (!this.rows.includes(account)) this.rows.push(account);
    return this.rows.indexOf(account);
  }

  owner(signer: string): string | null {
    return this.owners.get(signer) ?? null;
  }
}
