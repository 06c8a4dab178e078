import type { Clock } from '../../common/clock.ts';
import { sentence } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { Alarm, Alert, AlertLevel, Notice } from './alert.ts';
import type { Courier } from './courier.ts';
import type { Outbox } from './outbox.ts';

/** How often what could not be sent is looked at. */
const TURN_MS = 2000;
const PRUNE_MS = 3_600_000;
const WEIGHT: Record<AlertLevel, number> = { info: 0, warning: 1, critical: 2 };

export interface AlertsParts {
  outbox: Outbox;
  courier: Courier;
  /** Of the receivers, as the outbox knows them. */
  targets: string[];
  /** In front of each id: three oracles of a pool may tell the same receiver. */
  oracle: string;
  clock: Clock;
  logger: Logger;
  atomically(work: () => void): void;
}

/** Everything this oracle tells: noted in the journal first, then sent from there. */
export class Alerts implements Alarm {
  /** Told since the start, by kind. */
  readonly told = new Map<string, number>();
  private readonly parts: AlertsParts;
  private timer: NodeJS.Timeout | null = null;
  private prunedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: AlertsParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setInterval(() => this.turn(), TURN_MS);
    this.timer.unref();
  }

  async stop(graceMs: number): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.parts.courier.stop(graceMs);
  }

  tell(key: string, notice: Notice): void {
    this.safely(() => this.put(key, notice));
  }

  hold(name: string, notice: Notice | null): void {
    const { outbox, clock } = this.parts;
    this.safely(() => {
      const known = outbox.condition(name);
      if (!notice) {
        if (!known) return;
        outbox.endCondition(name);
        const text = 'What was told before is over.';
        this.put(`${name}/${known.since}/over`, { kind: known.kind, level: 'info', title: `over: ${name}`, text });
        return;
      }
      if (known?.level === notice.level) return;
      const since = known?.since ?? clock.now();
      outbox.setCondition({ name, kind: notice.kind, level: notice.level, since });
      const isWorse = !known || WEIGHT[notice.level] > WEIGHT[known.level];
      // Each level once in the life of a state: one that goes up and down is not news each time.
      if (isWorse) this.put(`${name}/${since}/${notice.level}`, notice);
    });
  }

  /** One look at what waits; `start` makes one every two seconds. */
  turn(): void {
    const { outbox, courier, targets, clock, logger } = this.parts;
    const now = clock.now();
    this.safely(() => {
      outbox.release(now, targets);
      if (now - this.prunedAt < PRUNE_MS) return;
      this.prunedAt = now;
      const lost = outbox.prune(now, targets);
      if (lost > 0) logger.error(`${lost} alerts are given up: their receivers took none for three days`);
    });
    courier.go();
  }

  private put(key: string, notice: Notice): void {
    const { outbox, oracle, targets, clock, logger } = this.parts;
    const alert: Alert = { ...notice, id: `${oracle}/${notice.kind}/${key}`, at: clock.now() };
    if (!outbox.put(alert, targets)) return;
    this.told.set(notice.kind, (this.told.get(notice.kind) ?? 0) + 1);
    const said = { alert: alert.id, ...notice.fields };
    if (notice.level === 'info') logger.info(said, `${notice.title}: ${notice.text}`);
    else logger[notice.level === 'critical' ? 'error' : 'warn'](said, `${notice.title}: ${notice.text}`);
  }

  /** An alert that cannot be noted must not stop a report. */
  private safely(work: () => void): void {
    try {
      this.parts.atomically(work);
    } catch (thrown) {
      this.parts.logger.error(`an alert could not be noted: ${sentence(thrown)}`);
    }
    this.parts.courier.go();
  }
}
