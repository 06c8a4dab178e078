import { once } from 'node:events';

/**
 * Writes lines to standard output, no faster than they are read there, and resolves when all are out: the command ends
 * the process, and what a pipe has not taken by then would be lost. A reader that goes away ends it without an error.
 */
export async function writeLines(lines: Iterable<string>): Promise<void> {
  const { stdout } = process;
  let gone = false;
  const leave = () => {
    gone = true;
  };
  stdout.on('error', leave);
  for (const line of lines) {
    if (gone) return;
    if (!stdout.write(`${line}\n`)) await once(stdout, 'drain').catch(leave);
  }
  await new Promise<void>((resolve) => stdout.write('', () => resolve()));
  stdout.off('error', leave);
}
