/** What a window gave a member, as the page explains it. */
export interface ShareOfWindow {
  id: number;
  state: 'open' | 'settled' | 'void';
  /** Slots of the window in which the member had a valid candidate in time, or stood by where that counts; null when the metrics are not known. */
  covered: number | null;
  slots: number;
  /** Percent of the slots that have to be covered. */
  neededPercent: number | null;
  isEligible: boolean;
  /** Members that got a share. */
  shares: number;
}

/** Why a member was paid for a window, or not, in one sentence. */
export function sayShare(
  { id, state, covered, slots, neededPercent, isEligible, shares }: ShareOfWindow,
  who: string,
): string {
  const needed = neededPercent === null ? '' : `, ${neededPercent} % needed`;
  const had = covered === null ? '' : `${who} had ${covered} of ${slots} slots${needed}`;
  if (state === 'void') return `Window ${id} is void: it gives nobody a share.`;
  if (state === 'open') return `Window ${id} is not settled yet${had === '' ? '' : `; ${had}`}.`;
  const got = isEligible ? `one of ${shares} shares to ${who}` : `no share to ${who}, ${shares} to others`;
  return `Window ${id} gives ${got}${had === '' ? '' : `: ${had}`}.`;
}

/** How an epoch's income came to a member: "epoch 3 gave 2206.9593 EOS: 3 of its 8 shares". */
export function sayEpoch(epoch: number, shares: number, all: number, amount: string): string {
  return `epoch ${epoch} gave ${amount}: ${shares} of its ${all} ${all === 1 ? 'share' : 'shares'}`;
}
