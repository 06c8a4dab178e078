import { spawn } from 'node:child_process';

/** Runs a script that writes lines without end, kills it once it wrote so many, and gives all that it wrote, the last whole line last. */
export async function linesUntilKilled(script: string, args: string[], atLeast: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  for await (const chunk of child.stdout) {
    told += chunk;
    if (told.split('\n').length > atLeast) child.kill('SIGKILL');
  }
  return told.split('\n').slice(0, -1);
}
