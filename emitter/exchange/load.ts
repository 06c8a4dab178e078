import { BOUNDS } from './bounds.ts';
import type { Holder } from './lacking.ts';

interface Load {
  frames: number;
  bytes: number;
  /** The running second, and answers in it that failed or were of no use. */
  second: number;
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
    return load?.second === secondOf(monotonic) && load.failures >= BOUNDS.failuresPerSecond;
  }

  began({ name, bytes }: Holder): void {
    const load = this.loads.get(name) ?? { frames: 0, bytes: 0, second: 0, failures: 0 };
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
    const second = secondOf(monotonic);
    if (load.second !== second) load.failures = 0;
    load.second = second;
    load.failures++;
  }

  /** Forgets holders that are asked for nothing and have not failed in this second. */
  prune(monotonic: number): void {
    for (const [name, { frames, second }] of this.loads)
      if (frames === 0 && second !== secondOf(monotonic)) this.loads.delete(name);
  }
}

function secondOf(monotonic: number): number {
  return Math.floor(monotonic / 1000);
}
