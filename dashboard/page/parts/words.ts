const UNITS: readonly [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A duration with its two greatest units: "2 d 3 h", "4 min 5 s", "0 s". `ms` below 0 counts as 0. */
export function duration(ms: number): string {
  let seconds = Math.max(0, Math.floor(ms / 1000));
  const at = UNITS.findIndex(([size]) => seconds >= size);
  if (at < 0) return '0 s';
  const parts = UNITS.slice(at, at + 2).map(([size, unit]) => {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    return count > 0 ? `${count} ${unit}` : '';
  });
  return parts.filter((part) => part !== '').join(' ');
}

/** "4 min 5 s ago". */
export function ago(ms: number): string {
  return `${duration(ms)} ago`;
}

/** "1 vote", "2 votes". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

/** Whether a text is an account name: up to 12 of a-z, 1-5 and dots, none at the end. */
export function isAccount(text: string): boolean {
  return /^[a-z1-5.]{1,12}$/.test(text) && !text.endsWith('.');
}
