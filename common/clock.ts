import { readFileSync } from 'node:fs';

/** Wall time in milliseconds since 1970 (UTC). Everything that compares with block times takes a Clock. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

const REREAD_MS = 50;

/**
 * A clock that is ahead of the system's by the whole seconds written in a file, re-read at most every 50 ms: the same
 * rule as the preloaded library applies to nodeos, so that a local chain and its services can skip a day together.
 */
export function shiftedClock(file: string): Clock {
  let offsetMs = 0;
  let nextRead = 0;
  return {
    now() {
      const monotonic = performance.now();
      if (monotonic >= nextRead) {
        nextRead = monotonic + REREAD_MS;
        offsetMs = readShift(file) * 1000;
      }
      return Date.now() + offsetMs;
    },
  };
}

/** The shifted clock of CLOCK_SHIFT_FILE when it is set, else the system's. */
export function clockFrom(shiftFile: string | undefined): Clock {
  return shiftFile ? shiftedClock(shiftFile) : systemClock;
}

function readShift(file: string): number {
  try {
    const seconds = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isSafeInteger(seconds) ? seconds : 0;
  } catch {
    return 0;
  }
}
