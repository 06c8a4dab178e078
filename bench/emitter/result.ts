/** One setting: so many members, each with two candidates a second. */
export interface GrowthResult {
  members: number;
  bytes: number;
  /** ms from the last byte of the candidate that is emitted to the first byte of its emission, as the emitter logs it. */
  addedP50: number;
  addedP99: number;
  /** CPU time of the emitter for each candidate, in ms. */
  cpuPerBlock: number;
  /** Highest resident memory seen, bytes. */
  rss: number;
}

export interface EmitterResult {
  candidatesPerSecond: number;
  growth: GrowthResult[];
}

export function emitterTable({ candidatesPerSecond, growth }: EmitterResult): string {
  const rows = growth.map(({ members, bytes, addedP50, addedP99, cpuPerBlock, rss }) => {
    const numbers = [addedP50, addedP99, cpuPerBlock].map((ms) => ms.toFixed(3).padStart(10)).join('');
    return `${String(members).padStart(8)}${String(bytes).padStart(9)}${numbers}${(rss / 1e6).toFixed(0).padStart(9)}`;
  });
  const head = ' members    bytes  added p50       p99 CPU/block  rss (MB)   (ms)';
  return [head, ...rows, `${candidatesPerSecond} candidates of 20 kB a second`, ''].join('\n');
}
