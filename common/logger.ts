import pino from 'pino';
import { withoutKeys } from './secrets.ts';

export type Logger = pino.Logger;

/** JSON lines on standard error, so that standard output stays free for answers. LOG_LEVEL defaults to info. No line holds a private key. */
export function makeLogger(name: string, level = process.env.LOG_LEVEL ?? 'info'): Logger {
  const options = { name, level, base: { name, pid: process.pid }, hooks: { streamWrite: withoutKeys } };
  return pino(options, pino.destination({ fd: 2, sync: true }));
}
