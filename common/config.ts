import { existsSync } from 'node:fs';
import dotenv from 'dotenv';
import type { z } from 'zod';
import { PoolError } from './errors.ts';

/**
 * Reads a program's configuration from the environment, completed by the file ENV_FILE (default `.env`); the
 * environment wins. Throws PoolError `config` with one sentence that names each wrong variable.
 */
export function loadConfig<S extends z.ZodType>(program: string, schema: S, env = process.env): z.infer<S> {
  const file = env.ENV_FILE ?? '.env';
  if (env.ENV_FILE && !existsSync(file)) {
    throw new PoolError('config', `ENV_FILE names ${file}, which does not exist; create it or unset ENV_FILE`);
  }
  const values: Record<string, string> = {};
  dotenv.config({ path: file, quiet: true, processEnv: values });
  const parsed = schema.safeParse({ ...values, ...env });
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new PoolError('config', `${program} is not configured: ${wrong} (set them in the environment or in ${file})`);
}
