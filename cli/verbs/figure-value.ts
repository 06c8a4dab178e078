import { MOST_UNITS, parseAmount } from '../../common/amount.ts';
import { PoolError } from '../../common/errors.ts';
import type { Figure } from '../../common/governance/pool.ts';
import { duration } from './options.ts';

const DAY = 86_400n;

/** What the contract allows. Source: contracts/pool/figures.ts, `applyFigure`; a test compares with the contract's refusals. */
export const RANGES: Record<Figure, [least: bigint, most: bigint]> = {
  ...{ eligible: [1n, 100n], infra: [0n, 1000n], mingap: [0n, 100n] },
  ...{ deadline: [60n, 30n * DAY], dispute: [0n, 30n * DAY], votetime: [1n, 30n * DAY], locktime: [0n, 30n * DAY] },
  ...{ grace: [0n, 90n * DAY], probation: [0n, 365n * DAY], notice: [0n, 90n * DAY], challenge: [60n, 30n * DAY] },
  ...{
    changegap: [0n, 30n * DAY],
    pausetime: [60n, 3n * DAY],
    casetime: [60n, 180n * DAY],
    appealtime: [0n, 30n * DAY],
  },
  ...{ bond: [0n, MOST_UNITS], casefee: [0n, MOST_UNITS], monthlimit: [0n, MOST_UNITS], open: [0n, 1n] },
};

const COUNTS: readonly Figure[] = ['eligible', 'infra', 'mingap'];
const AMOUNTS: readonly Figure[] = ['bond', 'casefee', 'monthlimit'];

/** A figure as a person writes it: seconds or "3d", a number, yes or no, an amount as "100 EOS". Throws PoolError `figure` with what would be right. */
export function figureValue(figure: Figure, text: string, symbol: string): bigint {
  const value = parsed(figure, text, symbol);
  const [least, most] = RANGES[figure];
  if (value >= least && value <= most) return value;
  throw new PoolError('figure', `${figure} is ${value}: ${least} to ${most} are allowed`);
}

function parsed(figure: Figure, text: string, symbol: string): bigint {
  if (figure === 'open') {
    const value = { yes: 1n, on: 1n, 1: 1n, no: 0n, off: 0n, 0: 0n }[text];
    if (value !== undefined) return value;
    throw new PoolError('figure', `open is "${text}": it takes yes or no`);
  }
  if (AMOUNTS.includes(figure)) return BigInt(parseAmount(text, symbol).replace(/[. A-Z]/g, ''));
  if (COUNTS.includes(figure)) {
    if (/^\d{1,9}$/.test(text)) return BigInt(text);
    throw new PoolError('figure', `${figure} is "${text}": it takes a whole number`);
  }
  try {
    return BigInt(duration(text));
  } catch {
    throw new PoolError('figure', `${figure} is "${text}": it takes seconds, or a time as 90m, 12h or 3d`);
  }
}
