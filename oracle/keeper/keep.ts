import type { Clock } from '../../common/clock.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { Alarm } from '../alerts/alert.ts';
import { rankIn } from '../peers/turns.ts';
import {
  claimAge,
  claimAlarm,
  type KeeperChain,
  type KeeperStep,
  type KeeperView,
  nextSteps,
  stepKey,
} from './keeper.ts';

/** So much later than the one before it each further keeper does a step: then the one before is dead. */
export const TURN_MS = 90_000;
const DAY_MS = 24 * 3_600_000;
/** A node bills the account for what it refuses: pauses grow from the first to the second. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;

export interface KeepParts {
  chain: KeeperChain;
  account: string;
  logger: Logger;
  clock: Clock;
  alarm: Alarm;
}

interface Waiting {
  /** When this keeper first saw that it is due, on its own clock. */
  since: number;
  refusals: number;
  retryAt: number;
}

/**
 * Does what is due. Several keepers take turns by the day: the first does a step at once, the others only when it is still to be done some
 * minutes later; so they do not compete, and one that dies is made up for. The contract takes each step once, whoever sends it.
 */
export class Keeper {
  /** Ms since the last claim, the longest of all ways to pay; null before the first look, and when nothing can be claimed. */
  claimAge: number | null = null;
  private readonly parts: KeepParts;
  private waiting = new Map<string, Waiting>();

  constructor(parts: KeepParts) {
    this.parts = parts;
  }

  /** One look at the pool. A step that is refused keeps none of the others back; one that was refused more than once is thrown as PoolError `keeper`. */
  async once(): Promise<void> {
    const view = await this.parts.chain.view();
    this.watch(view);
    const steps = nextSteps(view);
    this.remember(steps);
    const refused: string[] = [];
    for (const step of steps.filter((each) => this.isMine(each, view))) {
      const why = await this.tryStep(step);
      if (why !== null) refused.push(why);
    }
    if (refused.length > 0) throw new PoolError('keeper', refused.join('; '));
  }

  private watch({ claims, config, unclaimed }: KeeperView): void {
    const { alarm, clock } = this.parts;
    this.claimAge = claimAge(claims, clock.now());
    const hours = claimAlarm(this.claimAge);
    const { producer } = config;
    const text = `${producer}'s rewards were not claimed for ${hours} hours: what votes earn is gone three days after the last claim. See why the keepers' harvest is refused, or push it by hand.`;
    const level = hours === 36 ? ('warning' as const) : ('critical' as const);
    const title = `${producer} has not claimed for ${hours} hours`;
    alarm.hold('claim', hours === null ? null : { kind: 'claim', level, title, text, fields: { hours } });
    const list = unclaimed.join(', ');
    const missing = `The chain pays ${producer} by ${list}, and the contract has no claim for it: add one by vote (propclaim), or take it out of ORACLE_PROFILE.`;
    const notice = { kind: 'claim' as const, level: 'warning' as const, title: `nobody claims ${list}`, text: missing };
    alarm.hold('unclaimed', unclaimed.length === 0 ? null : notice);
  }

  /** Steps that are not due any more were done, by this keeper or another: whatever was wrong with them is over. */
  private remember(steps: KeeperStep[]): void {
    const now = this.parts.clock.now();
    const fresh = { since: now, refusals: 0, retryAt: now };
    this.waiting = new Map(steps.map(stepKey).map((key) => [key, this.waiting.get(key) ?? { ...fresh }]));
  }

  private isMine(step: KeeperStep, { oracles, now: chainNow }: KeeperView): boolean {
    const now = this.parts.clock.now();
    const waiting = this.waiting.get(stepKey(step)) as Waiting;
    const rank = rankIn(oracles, this.parts.account, Math.floor(chainNow / DAY_MS));
    return now >= waiting.since + rank * TURN_MS && now >= waiting.retryAt;
  }

  /** Gives why it was refused, from the second time on: at the first another keeper can have been a moment earlier. */
  private async tryStep(step: KeeperStep): Promise<string | null> {
    const { chain, logger, clock } = this.parts;
    const key = stepKey(step);
    const waiting = this.waiting.get(key) as Waiting;
    try {
      await chain.keep(step);
      // Until it is seen on the chain it is not sent again.
      waiting.retryAt = clock.now() + FIRST_RETRY_MS;
      logger.info(step, `keeper: ${key}`);
      return null;
    } catch (thrown) {
      waiting.refusals++;
      waiting.retryAt = clock.now() + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (waiting.refusals - 1));
      const why = sentence(thrown);
      if (waiting.refusals > 1) return why;
      logger.info(step, `keeper: ${key} did not pass, which is tried again unless it is done then: ${why}`);
      return null;
    }
  }
}
