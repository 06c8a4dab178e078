import { amountText } from '../amount.ts';
import type { Figure } from './pool.ts';

const UNITS: [seconds: number, name: string][] = [
  [24 * 3600, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

/** Seconds as people say them, next to the number: "259,200 s (3 days)". */
export function secondsText(seconds: bigint | number): string {
  const whole = Number(seconds);
  const plain = `${grouped(BigInt(seconds))} s`;
  const unit = UNITS.find(([size]) => whole >= size && whole % size === 0);
  if (!unit) return plain;
  const [size, word] = unit;
  return `${plain} (${whole / size} ${word}${whole === size ? '' : 's'})`;
}

/** A time in ms since 1970 as text, UTC: "2026-11-27 04:15:30 UTC". */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A span in ms, its two largest parts: "2 d 3 h", "45 s". */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([size]) => size > 0);
  if (first < 0) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([size]) => size > 0)
    .map(([size, unit]) => `${size} ${unit}`)
    .join(' ');
}

/** Digits in threes: "1,209,600". */
export function grouped(value: bigint): string {
  return value.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** A figure's value with its unit; `symbol`: the core token as "4,EOS". Source: docs/contract.md, Figures. */
export function figureText(figure: Figure, value: bigint, symbol: string): string {
  switch (figure) {
    case 'eligible':
      return `${value} %`;
    case 'infra':
      return `${value} ‰`;
    case 'mingap':
      return `${value} windows`;
    case 'bond':
    case 'casefee':
    case 'monthlimit':
      return amountText(value, symbol);
    case 'open':
      return value === 0n ? 'no' : 'yes';
    default:
      return secondsText(value);
  }
}

/** Names with commas between; "nobody" for none. */
export function listText(names: string[]): string {
  return names.length === 0 ? 'nobody' : names.join(', ');
}

/** The beginning of a hash, enough to tell it from others by eye. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
