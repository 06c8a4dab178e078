/** The value below which a share `p` of all values lies; null for none. Rounded to whole numbers. */
export function percentile(values: number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
  return value === undefined ? null : Math.round(value);
}
