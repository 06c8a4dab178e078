import type { Clock } from '../../common/clock.ts';
import type { Logger } from '../../common/logger.ts';
import type { PoolConfig } from '../source/chain.ts';

export type KeeperAction = 'harvest' | 'cut' | 'close';

/** What the keeper needs of the chain; amounts are none of its business. */
export interface KeeperChain {
  config(): Promise<PoolConfig>;
  /** Last claim of the producer's rewards, in ms since 1970; null when it is not registered. */
  lastClaim(producer: string): Promise<number | null>;
  /** Chain time of the head block, in ms since 1970. */
  now(): Promise<number>;
  keep(action: KeeperAction): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** eosio.system refuses a second claim within a day; a minute on top, so that no try is wasted. */
const CLAIM_EVERY_MS = 24 * HOUR_MS + 60_000;
/** Vote pay decays to nothing three days after the last claim: half of that, then most of it. */
export const ALARM_HOURS = [60, 36] as const;

/** The next thing to do for the epochs, or null: rewards each day, then the cut, then the close when disputes are over. */
export function nextKeeperAction(config: PoolConfig, lastClaim: number | null, now: number): KeeperAction | null {
  const isCut = config.closingThrough > config.closedThrough;
  if (isCut && now >= config.closingSettledAt + config.disputeSeconds * 1000) return 'close';
  if (lastClaim !== null && now - lastClaim >= CLAIM_EVERY_MS) return 'harvest';
  const hasWindows = config.lastWindow > config.closingThrough;
  return config.harvested && hasWindows && !isCut ? 'cut' : null;
}

/** Hours without a claim that are an alarm, or null. */
export function claimAlarm(lastClaim: number | null, now: number): number | null {
  if (lastClaim === null) return null;
  return ALARM_HOURS.find((hours) => now - lastClaim >= hours * HOUR_MS) ?? null;
}

/** One look at the epochs; throws what the chain says when it refuses the step. */
export async function keepOnce(chain: KeeperChain, logger: Logger, clock: Clock): Promise<void> {
  const config = await chain.config();
  const lastClaim = await chain.lastClaim(config.producer);
  const alarm = claimAlarm(lastClaim, clock.now());
  if (alarm !== null)
    logger.error({ hours: alarm }, `${config.producer}'s rewards were not claimed for ${alarm} hours`);
  const next = nextKeeperAction(config, lastClaim, await chain.now());
  if (next === null) return;
  await chain.keep(next);
  logger.info({ action: next }, `keeper: ${next}`);
}
