import { stringToName } from '../common/name.ts';

/** Whether a text names an account: not empty, up to 12 of the characters a-z, 1-5 and dots, no dot at its end. */
export function isAccountName(text: string): boolean {
  return /^[.1-5a-z]{0,11}[1-5a-z]$/.test(text) && stringToName(text) !== 0n;
}

/** A number of bytes or µs with commas: 1,388,505. */
export function grouped(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The first and last characters of a hash, for lines that people read. */
export function shortHash(hash: string): string {
  return `${hash.slice(0, 8)}…${hash.slice(-4)}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
