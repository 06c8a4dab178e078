import { amountText as written } from '../common/amount.ts';

/** The core token: its decimals and its name. */
export interface Token {
  precision: number;
  symbol: string;
}

/** Of "4,EOS". */
export function tokenOf(core: string): Token {
  const [precision = '0', symbol = ''] = core.split(',');
  return { precision: Number(precision), symbol };
}

/** Units of an amount such as "12.3456 EOS"; null when it is not one of this token with all its decimals, or below 0. */
export function unitsOf(text: string, { precision, symbol }: Token): bigint | null {
  const [number = '', name, more] = text.split(' ');
  const decimals = precision === 0 ? '' : `\\.\\d{${precision}}`;
  if (name !== symbol || more !== undefined || !new RegExp(`^\\d{1,18}${decimals}$`).test(number)) return null;
  return BigInt(number.replace('.', ''));
}

/** An amount as the chain writes it: units and token to "12.3456 EOS". */
export function amountText(units: bigint, { precision, symbol }: Token): string {
  return written(units, `${precision},${symbol}`);
}
