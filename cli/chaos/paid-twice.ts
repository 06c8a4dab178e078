import type { ChainClient } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';

/** Columns of a settled window in the contract. */
export interface SettledWindow {
  window: Whole;
  voided: boolean | number;
  /** Hex; bit i of byte j stands for the seat with index 8j + i. */
  eligible: string;
}

/** Columns of a member's seat. */
export interface Seat {
  account: string;
  index: number;
  /** Of windows of the running epoch, and of the one that was cut. */
  shares: Whole;
  closing: Whole;
}

/** What the contract has settled and given out: no epoch may have been closed since the pool began. */
export async function readShares(
  chain: ChainClient,
  dac: string,
): Promise<{ windows: SettledWindow[]; seats: Seat[] }> {
  const windows = await readTable<SettledWindow>(chain, dac, dac, 'windows');
  return { windows, seats: await readTable<Seat>(chain, dac, dac, 'seats') };
}

/** Windows that were paid more than once: rows beyond the first for one window, and shares of a member beyond its eligible windows. */
export function paidTwice(windows: readonly SettledWindow[], seats: readonly Seat[]): number {
  const paid = windows.filter(({ voided }) => !voided);
  const doubled = windows.length - new Set(windows.map(({ window }) => Number(window))).size;
  const excess = seats.map(({ index, shares, closing }) => {
    const due = paid.filter(({ eligible }) => isEligible(eligible, index)).length;
    return Number(shares) + Number(closing) - due;
  });
  return Math.max(doubled, ...excess, 0);
}

function isEligible(bitmap: string, index: number): boolean {
  const byte = Buffer.from(bitmap, 'hex')[index >> 3] ?? 0;
  return ((byte >> (index & 7)) & 1) === 1;
}
