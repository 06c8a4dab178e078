import { amountText } from '../../../common/amount.ts';
import type { Age, PayAnswer } from '../../api.ts';
import type { FactStore } from '../store/fact-store.ts';
import type { Snapshot } from './snapshot.ts';

const MOST_LINES = 500;

/** Who is owed and was paid what, from the chain now; closed epochs and the ledger as they were seen and are irreversible. */
export function payOf(store: FactStore, snapshot: Snapshot): Omit<PayAnswer, keyof Age> {
  const { symbol, state, credits, seats, payees } = snapshot;
  const amount = (units: bigint) => amountText(units, symbol);
  const accounts = [...new Set([...seats, ...credits].map(({ account }) => account))];
  return {
    ...{ symbol, epoch: state.epoch, closingThrough: state.closingThrough, closedThrough: state.closedThrough },
    members: accounts.map((account) => {
      const credit = credits.find((one) => one.account === account);
      const seat = seats.find((one) => one.account === account);
      const { payee = null, isMember = false } = payees[account] ?? {};
      return {
        ...{ account, payee, isMember, shares: seat?.shares ?? 0, closing: seat?.closing ?? 0 },
        ...{ owed: amount(credit?.owed ?? 0n), credited: amount(credit?.credited ?? 0n) },
        paid: amount(credit?.paid ?? 0n),
      };
    }),
    epochs: store.epochs(MOST_LINES).map(({ epoch, through, credited, shares, members, after, block, at }) => ({
      ...{ epoch, throughWindow: through, credited: amount(credited), shares, after, block, at },
      members: members.map((one) => ({ ...one, credited: amount(BigInt(one.credited)) })),
    })),
    ledger: store.ledger(MOST_LINES).map((line) => {
      return { ...line, credited: amount(line.credited), paid: amount(line.paid) };
    }),
  };
}
