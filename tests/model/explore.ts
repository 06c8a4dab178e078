/** A system of states: where it begins, what can happen in each, and what must never be. States are plain values; equal texts are one state. */
export interface Model<S> {
  begin: S;
  /** What can happen, and what it leads to. The state that is given is not changed. */
  steps(state: S): { what: string; to: S }[];
  /** What is wrong with a state; null when nothing is. */
  wrong(state: S): string | null;
}

export interface Explored {
  /** Different states that can be reached; all of them, unless something is wrong. */
  states: number;
  /** Steps between them. */
  steps: number;
  /** What is wrong, and the shortest way there; null when nothing ever is. */
  found: { why: string; way: string[] } | null;
}

/** Visits every state that can be reached, those with the fewest steps first, up to the first that is wrong. */
export function explore<S>({ begin, steps, wrong }: Model<S>): Explored {
  const ways: { from: number; what: string }[] = [{ from: -1, what: '' }];
  const seen = new Set([JSON.stringify(begin)]);
  let taken = 0;
  let layer: { state: S; at: number }[] = [{ state: begin, at: 0 }];
  const end = (why: string, at: number): Explored => {
    const way: string[] = [];
    for (let i = at; i > 0; i = ways[i]?.from ?? 0) way.unshift(ways[i]?.what ?? '');
    return { states: seen.size, steps: taken, found: { why, way } };
  };
  const first = wrong(begin);
  if (first) return end(first, 0);
  while (layer.length > 0) {
    const next: typeof layer = [];
    for (const { state, at } of layer) {
      for (const { what, to } of steps(state)) {
        taken++;
        const key = JSON.stringify(to);
        if (seen.has(key)) continue;
        seen.add(key);
        ways.push({ from: at, what });
        const why = wrong(to);
        if (why) return end(why, ways.length - 1);
        next.push({ state: to, at: ways.length - 1 });
      }
    }
    layer = next;
  }
  return { states: seen.size, steps: taken, found: null };
}
