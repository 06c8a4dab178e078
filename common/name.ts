import { PoolError } from './errors.ts';

const ALPHABET = '.12345abcdefghijklmnopqrstuvwxyz';

/** The text of an EOSIO account name packed in 64 bits (12 characters of 5 bits, a 13th of 4). */
export function nameToString(packed: bigint): string {
  let text = '';
  for (let i = 0; i < 12; i++) text += ALPHABET[Number((packed >> BigInt(59 - 5 * i)) & 31n)];
  text += ALPHABET[Number(packed & 15n)];
  return text.replace(/\.+$/, '');
}

/** Packs an EOSIO account name; throws PoolError `name` for text that is none. */
export function stringToName(text: string): bigint {
  if (!/^[.1-5a-z]{0,12}[.1-5a-j]?$/.test(text)) {
    throw new PoolError('name', `"${text}" is not an account name: up to 12 of the characters .12345a-z`);
  }
  let packed = 0n;
  for (let i = 0; i < 12; i++) packed |= BigInt(ALPHABET.indexOf(text[i] ?? '.')) << BigInt(59 - 5 * i);
  return packed | BigInt(ALPHABET.indexOf(text[12] ?? '.'));
}
