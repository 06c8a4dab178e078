/** For browsers that keep nothing: for this visit only. */
const visit = new Map<string, string>();

/** A text kept in this browser; null when there is none. */
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(`bppool.${key}`) ?? visit.get(key) ?? null;
  } catch {
    return visit.get(key) ?? null;
  }
}

/** Keeps a text in this browser. */
export function remember(key: string, value: string): void {
  visit.set(key, value);
  try {
    localStorage.setItem(`bppool.${key}`, value);
  } catch {
    // Storage is turned off or full.
  }
}
