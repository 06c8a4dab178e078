/** One log: its records, and the s that an oracle took from its first look at it to the hash of the last report. */
export interface OracleGrowth {
  events: number;
  seconds: number;
}

export interface OracleResult extends OracleGrowth {
  /** Highest resident memory of the process that was measured, bytes. */
  peakRss: number;
  growth: OracleGrowth[];
  /** CPU time of that process, s. */
  cpuSeconds: number;
  /** Candidates whose signers were recovered. */
  signers: number;
  /** With --full: the same when all signers are recovered. */
  full?: OracleGrowth & { signers: number; peakRss: number };
}

const MOST_SECONDS = 20;
const MOST_RSS = 300_000_000;
/** What an event costs may vary by so much between two sizes before it counts as growth. */
const NOISE = 1.3;

/** What of the goals does not hold, a sentence each: a day in 20 s and 300 MB, and no more for an event of a long log than of a short one. */
export function missedOracleGoals({ seconds, peakRss, growth, full }: OracleResult): string[] {
  const missed: string[] = [];
  if (seconds > MOST_SECONDS) missed.push(`a day took ${seconds.toFixed(1)} s, above ${MOST_SECONDS}`);
  for (const [what, bytes] of [
    ['a day', peakRss],
    ['a day with all signers', full?.peakRss ?? 0],
  ] as const) {
    if (bytes > MOST_RSS) missed.push(`${what} took ${mb(bytes)} MB of memory, above ${mb(MOST_RSS)}`);
  }
  const [first] = growth;
  for (const one of growth) {
    const most = first ? perEvent(first) * NOISE : 0;
    if (perEvent(one) <= most) continue;
    const each = `${perEvent(one).toFixed(1)} us for each of ${one.events} events`;
    missed.push(`${each}, above ${most.toFixed(1)}, which is what ${first?.events} allow`);
  }
  return missed;
}

/** A table of the sizes, and a line of what it took. */
export function oracleTable({ growth, seconds, cpuSeconds, peakRss, signers, full }: OracleResult): string {
  const rows = growth.map((one) => {
    return `${String(one.events).padStart(9)}${one.seconds.toFixed(2).padStart(10)}${perEvent(one).toFixed(1).padStart(10)}`;
  });
  const day = `a day: ${seconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of CPU), ${mb(peakRss)} MB, ${signers} signers recovered`;
  const all = full && `all ${full.signers} signers: ${full.seconds.toFixed(2)} s, ${mb(full.peakRss)} MB`;
  return ['   events   seconds  us/event', ...rows, day, ...(all ? [all] : []), ''].join('\n');
}

function perEvent({ events, seconds }: OracleGrowth): number {
  return (seconds * 1e6) / events;
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
