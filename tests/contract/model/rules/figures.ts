import { requireAccount, windowNow } from './chain.ts';
import { demand, demandRow, refuse } from './refusal.ts';
import { refreshSigning } from './seats.ts';
import { configOf, requireLabel, requireText } from './setup.ts';
import type { Config, Pool, Strategy } from './state.ts';

const DAY = 86_400;
const MAX_UNITS = (2n ** 63n - 1n) / 2n;

type Counted = {
  [Column in keyof Config]: Config[Column] extends number ? Column : never;
}[keyof Config];

/** Figure → its column in the configuration, least and most. */
const COUNTS: Record<string, [Counted, number, number]> = {
  eligible: ['eligible_percent', 1, 100],
  infra: ['infra_permille', 0, 1000],
  mingap: ['mingap', 0, 100],
  deadline: ['deadline', 60, 30 * DAY],
  dispute: ['dispute', 0, 30 * DAY],
  votetime: ['votetime', 1, 30 * DAY],
  locktime: ['locktime', 0, 30 * DAY],
  grace: ['grace', 0, 90 * DAY],
  probation: ['probation', 0, 365 * DAY],
  notice: ['notice', 0, 90 * DAY],
  challenge: ['challenge', 60, 30 * DAY],
  changegap: ['changegap', 0, 30 * DAY],
  pausetime: ['pausetime', 60, 3 * DAY],
  casetime: ['casetime', 60, 180 * DAY],
  appealtime: ['appealtime', 0, 30 * DAY],
};

export const FIGURES = [...Object.keys(COUNTS), 'bond', 'casefee', 'monthlimit', 'open'];

export function isConstitutional(figure: string): boolean {
  return figure === 'votetime' || figure === 'locktime' || figure === 'grace';
}

/** The configuration with this figure. */
export function withFigure(config: Config, figure: string, value: bigint): Config {
  const next = { ...config };
  const count = COUNTS[figure];
  if (count) {
    const [column, least, most] = count;
    demand(value >= BigInt(least) && value <= BigInt(most), `${least} to ${most} are allowed`);
    next[column] = Number(value);
  } else if (figure === 'bond' || figure === 'casefee' || figure === 'monthlimit') {
    demand(value <= MAX_UNITS, `at most ${MAX_UNITS} are allowed`);
    next[figure] = value;
  } else if (figure === 'open') {
    demand(value <= 1n, '0 to 1 are allowed');
    next.open = value === 1n;
  } else {
    refuse('there is no figure');
  }
  demand(!next.open || next.bond > 0n, 'an open pool needs a bond');
  return next;
}

export function setFigure(p: Pool, figure: string, value: bigint): void {
  p.config = withFigure(configOf(p), figure, value);
}

export function setUrl(p: Pool, url: string, location: number): void {
  requireText(url);
  const config = configOf(p);
  config.url = url;
  config.location = location;
  refreshSigning(p);
}

export function setClaim(p: Pool, code: string, name: string, on: boolean): void {
  const found = [...p.claims].find(([, claim]) => claim.code === code && claim.name === name);
  if (!on) {
    const [id] = demandRow(found, 'is no claim of this pool');
    p.claims.delete(id);
    return;
  }
  requireAccount(p.chain, code);
  demand(!found, 'is a claim of this pool already');
  demand(p.claims.size < 4, 'there are 4 claims already');
  p.claims.set(Math.max(0, ...p.claims.keys()) + 1, { code, name });
}

export function requireStrategy(strategy: string, mode: string): void {
  requireLabel(strategy);
  demand(mode === 'propose' || mode === 'standby', 'propose and standby are known');
}

/** From the next window on; what held until then is kept. */
export function setStrategy(p: Pool, strategy: string, mode: string): void {
  requireStrategy(strategy, mode);
  const row = p.strategy as Strategy;
  const window = windowNow(p.chain);
  if (row.from_window <= window) {
    row.previous_strategy = row.strategy;
    row.previous_mode = row.mode;
  }
  row.strategy = strategy;
  row.mode = mode;
  row.from_window = window + 1;
}
