import type { PoolConfig } from '../source/chain.ts';
import { type ClaimState, isDue } from './claims.ts';
import { type OrderRow, payableOrders, type Treasury } from './treasury.ts';

/** One of the contract's actions that anybody may push; `id` is a claim's or an order's. */
export type KeeperStep = { name: 'cut' | 'close' } | { name: 'harvest' | 'payorder'; id: number };

/** What the keeper decides by. */
export interface KeeperView {
  config: PoolConfig;
  claims: ClaimState[];
  /** Actions that pay the producer, of which the contract knows nothing. */
  unclaimed: string[];
  orders: OrderRow[];
  treasury: Treasury;
  /** Accounts of the active oracles, in the table's order. */
  oracles: string[];
  /** Chain time of the head block, in ms since 1970. */
  now: number;
}

export interface KeeperChain {
  view(): Promise<KeeperView>;
  keep(step: KeeperStep): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** Vote pay decays to nothing three days after the last claim: half of that, then most of it. */
export const ALARM_HOURS = [60, 36] as const;
const LIVE = 1;

/** What is to be done now: every claim that is due, then the cut, the close when disputes are over, and due orders. */
export function nextSteps({ config, claims, orders, treasury, now }: KeeperView): KeeperStep[] {
  const steps: KeeperStep[] = [];
  const isPaused = now < config.pausedUntil;
  const isCut = config.closingThrough > config.closedThrough;
  if (isCut && !isPaused && now >= config.closingSettledAt + config.disputeSeconds * 1000) {
    steps.push({ name: 'close' });
  }
  const due = claims.filter((claim) => isDue(claim, now));
  steps.push(...due.map(({ id }) => ({ name: 'harvest' as const, id })));
  const hasWindows = config.lastWindow > config.closingThrough;
  if (config.harvested && hasWindows && !isCut && !isPaused) steps.push({ name: 'cut' });
  if (config.phase === LIVE && !isPaused) {
    const payable = payableOrders(orders, treasury, now);
    steps.push(...payable.map(({ id }) => ({ name: 'payorder' as const, id: Number(id) })));
  }
  return steps;
}

export function stepKey(step: KeeperStep): string {
  return 'id' in step ? `${step.name} ${step.id}` : step.name;
}

/** The longest that any way to pay was not claimed, in ms; null when there is none to claim. */
export function claimAge(claims: ClaimState[], now: number): number | null {
  const open = claims.filter(({ lastClaim, owed }) => lastClaim !== null && (owed === null || owed > 0n));
  return open.length === 0 ? null : Math.max(0, ...open.map(({ lastClaim }) => now - (lastClaim ?? now)));
}

/** Hours without a claim that are an alarm, or null. */
export function claimAlarm(age: number | null): number | null {
  if (age === null) return null;
  return ALARM_HOURS.find((hours) => age >= hours * HOUR_MS) ?? null;
}
