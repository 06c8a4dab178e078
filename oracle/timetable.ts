import { type ScheduledTask, schedule } from 'node-cron';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';

/** How often the wall clock is compared with the one that only runs, and by how much they may part in between. */
const CLOCK_MS = 1000;

/** A job on a cron expression: in UTC, never twice at a time, and never ended by a run that failed or a clock that was put back. */
export class Timetable {
  /** The sentence of the last run's failure; null when it succeeded, undefined before the first one ended. */
  failure: string | null | undefined;
  private task: ScheduledTask;
  private readonly schedule: () => ScheduledTask;
  private readonly clockWatch: NodeJS.Timeout;
  private readonly work: () => Promise<void>;
  private running: Promise<void> | null = null;
  /** Poked during a run: what it was poked for may have come after that run's look. */
  private again = false;
  private stopped = false;

  constructor(name: string, cron: string, job: () => Promise<void>, logger: Logger) {
    this.work = () => this.once(name, job, logger);
    const options = { name, noOverlap: true, timezone: 'UTC', logger: quiet(logger) };
    this.schedule = () => schedule(cron, () => this.run(), options);
    this.task = this.schedule();
    this.clockWatch = this.watchClock(name, logger);
  }

  /** Runs at once instead of at the next turn; when a run is under way, once more after it. */
  poke(): void {
    if (this.running) this.again = true;
    else void this.run();
  }

  /** No further run begins; resolves when the running one has ended, at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    clearInterval(this.clockWatch);
    await this.task.destroy();
    const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.running, grace]);
  }

  /** A task that replaced another does not know of its run: that is waited for. */
  private async run(): Promise<void> {
    if (this.stopped) return;
    this.running ??= this.work().finally(() => {
      this.running = null;
      if (!this.again) return;
      this.again = false;
      void this.run();
    });
    return this.running;
  }

  /** node-cron waits for the next time that it worked out: after a clock was put back an hour, it would sleep for an hour. */
  private watchClock(name: string, logger: Logger): NodeJS.Timeout {
    const offset = () => Date.now() - performance.now();
    let before = offset();
    const look = () => {
      const jump = offset() - before;
      before += jump;
      if (Math.abs(jump) < CLOCK_MS) return;
      logger.warn(
        `${name}: the clock was put ${jump < 0 ? 'back' : 'forward'} by ${Math.abs(Math.round(jump / 1000))} s`,
      );
      void this.task.destroy();
      this.task = this.schedule();
    };
    return setInterval(look, CLOCK_MS).unref();
  }

  private async once(name: string, job: () => Promise<void>, logger: Logger): Promise<void> {
    try {
      await job();
      if (this.failure) logger.info(`${name}: works again`);
      this.failure = null;
    } catch (thrown) {
      const before = this.failure;
      this.failure = sentence(thrown);
      // The same again and again is no news.
      const level = this.failure === before ? 'debug' : 'error';
      logger[level](`${name}: ${this.failure}; tried again at the next turn`);
    }
  }
}

/** A turn that is left out, because the one before still runs, is made up for by the next: nothing to warn of. */
function quiet(logger: Logger) {
  const debug = (message: string | Error) => logger.debug(sentence(message));
  return { info: debug, warn: debug, error: debug, debug };
}
