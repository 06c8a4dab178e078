import { BOUNDS } from './bounds.ts';
import type { Holder } from './lacking.ts';

interface Load {
  frames: number;
  bytes: number;
  /** When the second began in which answers failed or were of no use, with the first of them; and how many of them there were. */
  since: number;
  failures: number;
}

/** What each holder is asked for now, and whether it may be asked for more. Pure: the caller brings the monotonic time. */
export class Loads {
  private readonly loads = new Map<string, Load>();

  /** Whether there is room for one more frame of a holder's. */
  hasRoom({ name, bytes }: Holder): boolean {
    const load = this.loads.get(name);
    if (!load || load.frames === 0) return true;
    return load.frames < BOUNDS.framesPerHolder && load.bytes + (bytes ?? 0) <= BOUNDS.bytesPerHolder;
  }

  /** Whether a holder's answers failed so often in this second that it is passed over. */
  isFailing({ name }: Holder, monotonic: number): boolean {
    const load = this.loads.get(name);
    return load !== undefined && isRunning(load, monotonic) && load.failures >= BOUNDS.failuresPerSecond;
  }

  began({ name, bytes }: Holder): void {
    const load = this.loads.get(name) ?? { frames: 0, bytes: 0, since: -Infinity, failures: 0 };
    this.loads.set(name, load);
    load.frames++;
    load.bytes += bytes ?? 0;
  }

  ended({ name, bytes }: Holder, isWell: boolean, monotonic: number): void {
    const load = this.loads.get(name);
    if (!load) return;
    load.frames--;
    load.bytes -= bytes ?? 0;
    if (isWell) return;
    if (!isRunning(load, monotonic)) {
      load.since = monotonic;
      load.failures = 0;
    }
    load.failures++;
  }

  /** Forgets holders that are asked for nothing and have not failed in this second. */
  prune(monotonic: number): void {
    for (const [name, load] of this.loads)
      if (load.frames === 0 && !isRunning(load, monotonic)) this.loads.delete(name);
  }
}

/** A second of the clock's would let in twice as many where two of them meet. */
function isRunning({ since }: Load, monotonic: number): boolean {
  return monotonic < since + 1000;
}
