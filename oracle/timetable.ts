import { type ScheduledTask, schedule } from 'node-cron';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';

/** A job on a cron expression: in UTC, never twice at a time, and never ended by a run that failed. */
export class Timetable {
  private readonly task: ScheduledTask;
  private readonly work: () => Promise<void>;
  private running: Promise<void> | null = null;
  /** Poked during a run: what it was poked for may have come after that run's look. */
  private again = false;
  private stopped = false;
  /** The sentence of the last run's failure; null when it succeeded, undefined before the first one ended. */
  failure: string | null | undefined;

  constructor(name: string, cron: string, job: () => Promise<void>, logger: Logger) {
    this.work = () => this.once(name, job, logger);
    this.task = schedule(cron, () => this.run(), { name, noOverlap: true, timezone: 'UTC', logger: quiet(logger) });
  }

  /** Runs at once instead of at the next turn; when a run is under way, once more after it. */
  poke(): void {
    if (this.running) this.again = true;
    else void this.run();
  }

  /** No further run begins; resolves when the running one has ended, at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    await this.task.destroy();
    const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.running, grace]);
  }

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

  private async once(name: string, job: () => Promise<void>, logger: Logger): Promise<void> {
    try {
      await job();
      if (this.failure) logger.info(`${name}: works again`);
      this.failure = null;
    } catch (thrown) {
      this.failure = sentence(thrown);
      logger.error(`${name}: ${this.failure}; tried again at the next turn`);
    }
  }
}

/** A turn that is left out, because the one before still runs, is made up for by the next: nothing to warn of. */
function quiet(logger: Logger) {
  const debug = (message: string | Error) => logger.debug(sentence(message));
  return { info: debug, warn: debug, error: debug, debug };
}
