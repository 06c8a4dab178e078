/** Account names in ascending order, as many as needed up to 625. */
export function manyNames(count: number): string[] {
  const digits = (n: number) => [...n.toString(5).padStart(4, '0')].map((digit) => Number(digit) + 1).join('');
  return Array.from({ length: count }, (_, i) => `m${digits(i)}`);
}
