/** An answer that says no, in one sentence. */
export class SendError extends Error {
  readonly statusCode: number;

  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** A whole number of a query or path from `low` to `high`; `fallback` when it is not given. Throws SendError 400. */
export function wholeOf(
  name: string,
  text: unknown,
  { low = 0, high, fallback }: { low?: number; high: number; fallback?: number },
): number {
  if (text === undefined && fallback !== undefined) return fallback;
  const value = Number(text);
  if (typeof text === 'string' && /^\d{1,16}$/.test(text) && value >= low && value <= high) return value;
  throw new SendError(400, `${name} is ${shown(text)}, and must be a whole number from ${low} to ${high}`);
}

/** An account name of a query or path. Throws SendError 400. */
export function accountOf(name: string, text: unknown): string {
  if (typeof text === 'string' && /^[a-z1-5.]{0,11}[a-z1-5]$/.test(text)) return text;
  throw new SendError(400, `${name} is ${shown(text)}, and must be an account name: up to 12 of a-z, 1-5 and dots`);
}

/** A value as people see it in a sentence, cut short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'not given';
  if (Array.isArray(value)) return 'given more than once';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
