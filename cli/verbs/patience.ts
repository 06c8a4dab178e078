const PATIENCE_MS = 2000;

/** Says on standard error what is waited for when it takes more than two seconds, and again every ten. */
export async function patiently<T>(what: string, work: Promise<T>): Promise<T> {
  const start = performance.now();
  const say = () => process.stderr.write(`${what} … ${Math.round((performance.now() - start) / 1000)} s\n`);
  let again: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    say();
    again = setInterval(say, 5 * PATIENCE_MS);
  }, PATIENCE_MS);
  try {
    return await work;
  } finally {
    clearTimeout(first);
    clearInterval(again);
  }
}
