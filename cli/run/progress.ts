/** Progress for people: lines on standard error with the seconds since the start. */
export function progressLines(): (text: string) => void {
  const start = performance.now();
  return (text) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds}s  ${text}\n`);
  };
}
