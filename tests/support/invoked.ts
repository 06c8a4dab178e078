import { invoke } from '../../cli/invoke.ts';

export interface Invoked {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command line in this process, as cli/main.ts does, and gives what it wrote. `env` is set meanwhile. */
export async function invoked(args: string[], env: Record<string, string> = {}): Promise<Invoked> {
  const before = {
    env: { ...process.env },
    code: process.exitCode,
    out: process.stdout.write,
    err: process.stderr.write,
  };
  const said = { stdout: '', stderr: '' };
  const take = (where: keyof typeof said, stream: NodeJS.WriteStream) => {
    const write = stream.write.bind(stream) as (...all: unknown[]) => boolean;
    return ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      // The test runner reports to its parent in bytes; what a command says is text.
      if (typeof chunk !== 'string') return write(chunk, ...rest);
      said[where] += chunk;
      (rest.find((one) => typeof one === 'function') as (() => void) | undefined)?.();
      return true;
    }) as typeof process.stdout.write;
  };
  Object.assign(process.env, { ENV_FILE: '/dev/null', ...env });
  process.exitCode = undefined;
  process.stdout.write = take('stdout', process.stdout);
  process.stderr.write = take('stderr', process.stderr);
  try {
    await invoke(args);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    process.exitCode = before.code;
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name];
    Object.assign(process.env, before.env);
  }
}
