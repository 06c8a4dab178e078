import type { LogCheck } from '../../common/verify-log.ts';

/** The first word after so long, and then as often as `patiently` says one. */
const FIRST_MS = 2000;
const AGAIN_MS = 10_000;
/** Looking at the clock for each record would be seen in the time. */
const EVERY = 1000;

/** Finds nothing wrong, and says on standard error how far it is: a large log is read for minutes. */
export class Progress implements LogCheck {
  private readonly start = performance.now();
  private next = FIRST_MS;
  private records = 0;

  take(): null {
    this.records++;
    if (this.records % EVERY !== 0) return null;
    const elapsed = performance.now() - this.start;
    if (elapsed < this.next) return null;
    this.next = elapsed + AGAIN_MS;
    process.stderr.write(`${this.records} records … ${Math.round(elapsed / 1000)} s\n`);
    return null;
  }
}
