/** ms. */
export interface Times {
  n: number;
  p50: number;
  p90: number;
  p99: number;
}

export interface StoreResult {
  /** A decision by the emitter that made the one before. */
  alone: Times;
  /** By two emitters in turns, so that each has to ask for promises. */
  takeOver: Times;
  /** A record until two of three nodes keep it. */
  record: Times;
}

const NAMES: Record<keyof StoreResult, string> = {
  alone: 'decision, the emitter that made the last one',
  takeOver: 'decision, two emitters in turns',
  record: 'record, kept by two of three nodes',
};
/** Of a decision: it stands in the block's way. */
const GOAL_MS = 5;

/** A line for each, in ms. */
export function storeTable(result: StoreResult): string {
  const lines = Object.entries(NAMES).map(([key, name]) => {
    const { n, p50, p90, p99 } = result[key as keyof StoreResult];
    return `${name.padEnd(46)} n ${n}  p50 ${p50.toFixed(2)}  p90 ${p90.toFixed(2)}  p99 ${p99.toFixed(2)} ms\n`;
  });
  return lines.join('');
}

/** The goals that were missed, a sentence each. */
export function missedStoreGoals({ alone, takeOver }: StoreResult): string[] {
  return Object.entries({ alone, takeOver }).flatMap(([key, { p99 }]) =>
    p99 <= GOAL_MS ? [] : [`${NAMES[key as keyof StoreResult]}: p99 is ${p99} ms, more than ${GOAL_MS}`],
  );
}
