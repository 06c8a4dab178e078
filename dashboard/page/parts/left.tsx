import { useNow } from './use-now.ts';
import { ago, duration } from './words.ts';

/** A time in UTC with how long it is to there, ticking. `skew`: by how much the chain's clock is ahead of this one, ms. */
export function TimeLeft({ at, skew = 0 }: { at: number; skew?: number }) {
  const left = at - (useNow(1_000) + skew);
  return (
    <time dateTime={new Date(at).toISOString()} title={utc(at)}>
      {left > 0 ? `${duration(left)} left` : ago(-left)}
    </time>
  );
}

/** "2026-11-27 04:15:30 UTC". */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
