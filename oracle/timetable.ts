import { type ScheduledTask, schedule } from 'node-cron';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';

/** A job on a cron expression: in UTC, never twice at a time, and never ended by a run that failed. */
export class Timetable {
  private readonly task: ScheduledTask;
  private running: Promise<void> = Promise.resolve();
  /** The sentence of the last run's failure; null when it succeeded, undefined before the first one ended. */
  failure: string | null | undefined;

  constructor(name: string, cron: string, job: () => Promise<void>, logger: Logger) {
    const run = () => {
      this.running = this.once(name, job, logger);
      return this.running;
    };
    this.task = schedule(cron, run, { name, noOverlap: true, timezone: 'UTC', logger: quiet(logger) });
  }

  /** No further run begins; resolves when the running one has ended, at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    await this.task.destroy();
    const grace = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.running, grace]);
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
