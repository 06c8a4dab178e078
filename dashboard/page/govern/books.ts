import type { PoolBooks } from '../../api.ts';

/** What the bar shows of a token. */
export type Books = Pick<PoolBooks, 'symbol' | Part | 'balance'>;

export const PARTS = [
  { name: 'owed', meaning: 'credited to members and not claimed yet' },
  { name: 'bucket', meaning: 'this epoch’s income, to be split over its shares' },
  { name: 'infrastructure', meaning: 'for emitters and other orders' },
  { name: 'escrow', meaning: 'promised, until the work is accepted' },
  { name: 'deposits', meaning: 'members’ bonds and fees' },
] as const;
export type Part = (typeof PARTS)[number]['name'];

/** Units of an amount: "12.3456 EOS" is 123456n. Null for what is no amount. */
export function unitsOf(amount: string): bigint | null {
  const [, sign, whole = '', part = ''] = /^(-?)(\d+)(?:\.(\d+))? [A-Z]{1,7}$/.exec(amount) ?? [];
  return sign === undefined ? null : BigInt(`${sign}${whole}${part}`);
}

/** An amount of so many units, written as `like` is. */
export function amountLike(units: bigint, like: string): string {
  const [number = '', code = ''] = like.split(' ');
  const decimals = number.split('.')[1]?.length ?? 0;
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const at = digits.length - decimals;
  return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${decimals > 0 ? `.${digits.slice(at)}` : ''} ${code}`;
}

/** A digit group each thousand: "1,234.5000 EOS". */
export function grouped(amount: string): string {
  return amount.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
}

/** The bar: each part's share of the whole in thousandths (they add up to 1000 or the bar is empty), and how the sum stands to the balance. */
export function barOf(books: Books): {
  parts: { name: Part; amount: string; permille: number }[];
  sum: string;
  verdict: string;
  isEven: boolean;
} {
  const amounts = PARTS.map(({ name }) => ({ name, amount: books[name], units: unitsOf(books[name]) ?? 0n }));
  const sum = amounts.reduce((total, { units }) => total + units, 0n);
  let [before, done] = [0n, 0];
  const parts = amounts.map(({ name, amount, units }) => {
    before += units;
    // Each ends where the sum up to it ends, so that rounding adds nothing and loses nothing.
    const end = sum > 0n ? Number((before * 1000n) / sum) : 0;
    const permille = end - done;
    done = end;
    return { name, amount, permille };
  });
  const total = amountLike(sum, books.balance);
  const difference = (unitsOf(books.balance) ?? 0n) - sum;
  return { parts, sum: total, verdict: verdictOf(books, total, difference), isEven: difference === 0n };
}

function verdictOf({ balance }: Books, sum: string, difference: bigint): string {
  if (difference === 0n) return `The books add up to ${grouped(sum)}, which is what the pool’s accounts hold.`;
  const by = grouped(amountLike(difference < 0n ? -difference : difference, balance));
  return difference > 0n
    ? `The books add up to ${grouped(sum)}; the pool’s accounts hold ${by} more (${grouped(balance)}): it came in and is not booked yet.`
    : `The books add up to ${grouped(sum)}; the pool’s accounts hold ${by} less (${grouped(balance)}): that must not be.`;
}
