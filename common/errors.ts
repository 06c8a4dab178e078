import { withoutKeys } from './secrets.ts';

/** An error a person can act on: a stable code, one sentence, and the values it speaks of. */
export class PoolError extends Error {
  readonly code: string;
  readonly fields: Record<string, unknown>;

  constructor(code: string, message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = 'PoolError';
    this.code = code;
    this.fields = fields;
  }
}

/** The one sentence to show for anything that was thrown. */
export function sentence(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Runs a program's main function; a failure ends it with one sentence on standard error and exit code 1. */
export function runMain(name: string, main: () => Promise<void>): void {
  main().catch((thrown: unknown) => {
    const text = thrown instanceof PoolError ? thrown.message : ((thrown as Error)?.stack ?? String(thrown));
    process.stderr.write(withoutKeys(`${name}: ${text}\n`));
    process.exit(1);
  });
}
