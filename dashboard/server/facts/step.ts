import type { CreditLine, EpochEntry, FactStep, LedgerEntry, Shares } from '../store/fact-store.ts';
import type { Snapshot } from './snapshot.ts';

/** What was known before a reading. */
export interface Before {
  /** 0: nothing. */
  block: number;
  credits: CreditLine[];
  shares: Shares | null;
}

/** What an irreversible reading tells beyond the one before it. Of the first reading ever nothing is told but what is: what led to it was not seen. */
export function stepOf(before: Before, now: Snapshot): FactStep {
  const credits = now.credits.map(({ account, credited, paid, owed }) => ({ account, credited, paid, owed }));
  const isFirst = before.block === 0;
  const { epoch, closingThrough, closedThrough } = now.state;
  return {
    shares: { state: { epoch, closingThrough, closedThrough }, seats: now.seats },
    ...{ block: now.head.num, windows: now.windows, credits },
    ledger: isFirst ? [] : ledgerOf(before, credits, now.head),
    epochs: isFirst ? [] : epochsOf(before, credits, now),
  };
}

function ledgerOf(
  { block: after, credits: old }: Before,
  credits: CreditLine[],
  head: Snapshot['head'],
): LedgerEntry[] {
  const accounts = new Set([...old, ...credits].map(({ account }) => account));
  return [...accounts].sort().flatMap((account) => {
    const was = old.find((one) => one.account === account);
    const is = credits.find((one) => one.account === account);
    const credited = (is?.credited ?? was?.credited ?? 0n) - (was?.credited ?? 0n);
    // Who is no member has its row erased by the claim, which paid all that was owed.
    const paid = is ? is.paid - (was?.paid ?? 0n) : (was?.owed ?? 0n);
    if (credited === 0n && paid === 0n) return [];
    return [{ account, credited, paid, after, block: head.num, at: head.at }];
  });
}

/** An epoch that was closed in between, with the shares that were set aside for it. */
function epochsOf(before: Before, credits: CreditLine[], { state, head }: Snapshot): EpochEntry[] {
  const last = before.shares?.state.closedThrough;
  if (last === undefined || state.closedThrough <= last) return [];
  const isCutAgain = state.closingThrough > state.closedThrough;
  const epoch = state.epoch - (isCutAgain ? 2 : 1);
  const shares = sharesOf(before.shares as Shares, epoch);
  const members = ledgerOf(before, credits, head)
    .filter(({ credited }) => credited > 0n)
    .map(({ account, credited }) => ({
      account,
      shares: shares ? (shares.get(account) ?? 0) : null,
      credited: `${credited}`,
    }));
  const credited = members.reduce((sum, one) => sum + BigInt(one.credited), 0n);
  const all = shares ? [...shares.values()].reduce((sum, one) => sum + one, 0) : null;
  const place = { after: before.block, block: head.num, at: head.at };
  return [{ epoch, through: state.closedThrough, credited, shares: all, members, ...place }];
}

/** Shares by account of the epoch that was closed, as the reading before had them; null when that was another one's. */
function sharesOf({ state, seats }: Shares, epoch: number): Map<string, number> | null {
  const isCut = state.closingThrough > state.closedThrough;
  if (state.epoch - (isCut ? 1 : 0) !== epoch) return null;
  const of = seats.map(({ account, shares, closing }) => [account, isCut ? closing : shares] as const);
  return new Map(of.filter(([, shares]) => shares > 0));
}
