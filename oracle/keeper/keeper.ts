import type { Clock } from '../../common/clock.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { PoolConfig } from '../source/chain.ts';
import { type OrderRow, payableOrders, type Treasury } from './treasury.ts';

/** One of the contract's actions that anybody may push; `id` is a claim's or an order's. */
export type KeeperStep = { name: 'cut' | 'close' } | { name: 'harvest' | 'payorder'; id: number };

/** What the keeper decides by. */
export interface KeeperView {
  config: PoolConfig;
  /** Last claim of the producer's rewards, in ms since 1970; null when it is not registered. */
  lastClaim: number | null;
  /** Ids in the contract's table `claims`. */
  claims: number[];
  orders: OrderRow[];
  treasury: Treasury;
  /** Chain time of the head block, in ms since 1970. */
  now: number;
}

export interface KeeperChain {
  view(): Promise<KeeperView>;
  keep(step: KeeperStep): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** eosio.system refuses a second claim within a day; a minute on top, so that no try is wasted. */
const CLAIM_EVERY_MS = 24 * HOUR_MS + 60_000;
/** Vote pay decays to nothing three days after the last claim: half of that, then most of it. */
export const ALARM_HOURS = [60, 36] as const;
const LIVE = 1;

/** What is to be done now: every claim each day, then the cut, the close when disputes are over, and due orders. */
export function nextSteps({ config, lastClaim, claims, orders, treasury, now }: KeeperView): KeeperStep[] {
  const steps: KeeperStep[] = [];
  const isPaused = now < config.pausedUntil;
  const isCut = config.closingThrough > config.closedThrough;
  if (isCut && !isPaused && now >= config.closingSettledAt + config.disputeSeconds * 1000) {
    steps.push({ name: 'close' });
  }
  if (lastClaim !== null && now - lastClaim >= CLAIM_EVERY_MS) {
    steps.push(...claims.map((id) => ({ name: 'harvest' as const, id })));
  }
  const hasWindows = config.lastWindow > config.closingThrough;
  if (config.harvested && hasWindows && !isCut && !isPaused) steps.push({ name: 'cut' });
  if (config.phase === LIVE && !isPaused) {
    const payable = payableOrders(orders, treasury, now);
    steps.push(...payable.map(({ id }) => ({ name: 'payorder' as const, id: Number(id) })));
  }
  return steps;
}

/** Hours without a claim that are an alarm, or null. */
export function claimAlarm(lastClaim: number | null, now: number): number | null {
  if (lastClaim === null) return null;
  return ALARM_HOURS.find((hours) => now - lastClaim >= hours * HOUR_MS) ?? null;
}

/** One look at the pool: a step that is refused keeps none of the others back. Throws PoolError `keeper` that names them. */
export async function keepOnce(chain: KeeperChain, logger: Logger, clock: Clock): Promise<void> {
  const view = await chain.view();
  const { producer } = view.config;
  const alarm = claimAlarm(view.lastClaim, clock.now());
  if (alarm !== null) logger.error({ hours: alarm }, `${producer}'s rewards were not claimed for ${alarm} hours`);
  const refused: string[] = [];
  for (const step of nextSteps(view)) {
    try {
      await chain.keep(step);
      logger.info(step, `keeper: ${step.name}`);
    } catch (thrown) {
      refused.push(sentence(thrown));
    }
  }
  if (refused.length > 0) throw new PoolError('keeper', refused.join('; '));
}
