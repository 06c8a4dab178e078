import { PoolError } from './errors.ts';

/** The most units that the chain takes in an amount. Source: eosio asset.hpp, `max_amount`. */
export const MOST_UNITS = 2n ** 62n - 1n;

/** "EOS" of "4,EOS". */
export function tokenCode(symbol: string): string {
  return symbol.split(',')[1] ?? '';
}

/** Units of a token (its smallest part) as the chain writes them: "12.3456 EOS" of 123456 and "4,EOS". */
export function amountText(units: bigint, symbol: string): string {
  const [precision = '0', code = ''] = symbol.split(',');
  const places = Number(precision);
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const part = places > 0 ? `.${digits.slice(-places)}` : '';
  return `${units < 0n ? '-' : ''}${whole}${part} ${code}`;
}

/**
 * An amount in the token "4,EOS" as a person writes it ("12.5", "12.5 EOS"), written as the chain wants it ("12.5000 EOS"). Throws PoolError
 * `amount` with what is wrong: no number, another token, more places than the token has, more than the chain takes.
 */
export function parseAmount(text: string, symbol: string): string {
  const [precision = '0', code = ''] = symbol.split(',');
  const match = /^(\d{1,19})(?:\.(\d+))?(?: +([A-Z]{1,7}))?$/.exec(text.trim());
  const like = amountText(123_456n, symbol);
  if (!match) throw new PoolError('amount', `"${text}" is no amount: write it as "${like}"`);
  const [, whole = '0', part = '', token = code] = match;
  if (token !== code)
    throw new PoolError('amount', `"${text}" is in ${token}, and this is paid in ${code}: write it as "${like}"`);
  if (part.length > Number(precision)) {
    throw new PoolError(
      'amount',
      `"${text}" has ${part.length} places, and ${code} has ${precision}: write it as "${like}"`,
    );
  }
  const units = BigInt(whole + part.padEnd(Number(precision), '0'));
  if (units <= MOST_UNITS) return amountText(units, symbol);
  throw new PoolError('amount', `"${text}" is more than the chain takes: at most ${amountText(MOST_UNITS, symbol)}`);
}
