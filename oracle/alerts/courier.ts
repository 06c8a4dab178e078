import type { Clock } from '../../common/clock.ts';
import type { Logger } from '../../common/logger.ts';
import { bodyFor, type Sender } from './format.ts';
import type { Outbox } from './outbox.ts';
import { type Posted, post } from './post.ts';
import type { Target } from './target.ts';

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 600_000;
/** A receiver can ask for more patience than one's own, up to this. */
const LONGEST_WAIT_MS = 3_600_000;
/** A message that its receiver finds wrong does not get better. */
const TRIES_WHEN_REFUSED = 3;

export interface CourierParts {
  outbox: Outbox;
  targets: Target[];
  sender: Sender;
  clock: Clock;
  logger: Logger;
  /** Replaces the network in tests. */
  send?: (url: string, id: string, body: object) => Promise<Posted>;
}

/** Takes what is in the outbox to each receiver, in order, one at a time, each receiver by itself: one that hangs keeps nothing from the others. */
export class Courier {
  /** Tries that failed, since the start, by the receiver's label. */
  readonly failures = new Map<string, number>();
  private readonly parts: CourierParts;
  private readonly send: NonNullable<CourierParts['send']>;
  private readonly busy = new Map<string, Promise<void>>();
  private readonly again = new Set<Target>();
  private stopped = false;

  constructor(parts: CourierParts) {
    this.parts = parts;
    this.send = parts.send ?? post;
    for (const { label } of parts.targets) this.failures.set(label, 0);
  }

  /** Begins with every receiver that has something due and is not being served; returns at once. */
  go(): void {
    for (const target of this.parts.targets) {
      if (this.stopped || this.busy.has(target.id)) this.again.add(target);
      else this.busy.set(target.id, this.begin(target));
    }
  }

  /** Resolves when nothing is under way, at the latest after `graceMs`; what is left is sent after the next start. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.idle(), grace]);
  }

  /** Resolves when no receiver is being served. */
  async idle(): Promise<void> {
    await Promise.all(this.busy.values());
  }

  /** What came in while the last look was made is not left until the next. */
  private async begin(target: Target): Promise<void> {
    do {
      this.again.delete(target);
      await this.serve(target);
    } while (this.again.has(target) && !this.stopped);
    this.busy.delete(target.id);
  }

  private async serve(target: Target): Promise<void> {
    const { outbox, clock, sender } = this.parts;
    while (!this.stopped) {
      const pending = outbox.next(target.id, clock.now());
      if (!pending) return;
      const posted = await this.send(target.url, pending.alert.id, bodyFor(target, pending.alert, sender));
      this.note(target, pending.alert.id, pending.tries, posted);
    }
  }

  private note({ id: target, label }: Target, alert: string, tries: number, posted: Posted): void {
    const { outbox, clock, logger } = this.parts;
    if (posted.as === 'taken') return outbox.done(alert, target);
    this.failures.set(label, (this.failures.get(label) ?? 0) + 1);
    if (posted.as === 'refused' && tries + 1 >= TRIES_WHEN_REFUSED) {
      logger.error({ alert }, `the alert ${alert} is given up: ${label}: ${posted.why}, ${tries + 1} times`);
      return outbox.done(alert, target);
    }
    const backoff = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries, 10));
    const asked = posted.as === 'away' ? Math.min(LONGEST_WAIT_MS, posted.waitMs ?? 0) : 0;
    const pause = Math.max(backoff, asked);
    outbox.failed(alert, target, clock.now() + pause, posted.as === 'away');
    if (tries === 0)
      logger.warn({ alert }, `an alert did not reach ${label}: ${posted.why}; tried again in ${pause / 1000} s`);
  }
}
