import { chainTime, type Whole } from '../../common/tables.ts';

const MONTH_SECONDS = 30 * 24 * 3600;

/** A row of the contract's table `orders`. */
export interface OrderRow {
  id: Whole;
  payee: string;
  /** In the core token's smallest unit. */
  amount: Whole;
  escrow: boolean | number;
  due: string;
}

/** What orders are paid out of: parts of the contract's `books`, `config` and `state`, in the core token's smallest unit. */
export interface Treasury {
  infrastructure: Whole;
  /** The most that is spent in a month of 30 days. */
  monthlimit: Whole;
  /** Days since 1970 divided by 30, of the last payment. */
  month: number;
  month_spent: Whole;
}

/** The monthly orders that the contract would pay one after the other at `now` (ms since 1970, chain time), oldest first. */
export function payableOrders(orders: OrderRow[], treasury: Treasury, now: number): OrderRow[] {
  const sameMonth = Math.floor(now / 1000 / MONTH_SECONDS) === treasury.month;
  let month = BigInt(treasury.monthlimit) - (sameMonth ? BigInt(treasury.month_spent) : 0n);
  let left = BigInt(treasury.infrastructure);
  return orders.filter((order) => {
    const amount = BigInt(order.amount);
    if (order.escrow || chainTime(order.due) > now || amount > left || amount > month) return false;
    left -= amount;
    month -= amount;
    return true;
  });
}
