/** The word that is nearest to one with a slip in it, or null when none is near. */
export function nearest(word: string, words: string[]): string | null {
  let [best, least] = [null as string | null, Math.max(2, Math.floor(word.length / 4)) + 1];
  for (const one of words) {
    const distance = editDistance(word, one);
    if (distance < least) [best, least] = [one, distance];
  }
  return best;
}

/** Insertions, deletions and changes of one letter (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
