import pino from 'pino';

export type Logger = pino.Logger;

/** JSON lines on standard error, so that standard output stays free for answers. LOG_LEVEL defaults to info. */
export function makeLogger(name: string, level = process.env.LOG_LEVEL ?? 'info'): Logger {
  return pino({ name, level, base: { name, pid: process.pid } }, pino.destination({ fd: 2, sync: true }));
}
