import { validate } from 'node-cron';
import { z } from 'zod';

const hostPort = z.string().regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port');
const account = z.string().regex(/^[.1-5a-z]{1,13}$/, 'must be an account name');
const onOff = z.enum(['on', 'off'], 'must be on or off');
const cron = z.string().refine(validate, 'must be a cron expression of 5 or 6 fields, such as "*/5 * * * * *"');

/** The oracle's environment; `.env.example` shows it with comments. */
export const oracleConfig = z.object({
  ORACLE_ACCOUNT: account,
  ORACLE_PERMISSION: account.default('report'),
  ORACLE_KEY_FILE: z.string().min(1),
  ORACLE_DAC: account,
  ORACLE_POOL: account,
  ORACLE_CHAIN_API: z.url(),
  ORACLE_EVENT_LOG: z.string().min(1),
  ORACLE_JOURNAL: z.string().min(1).default('oracle.sqlite'),
  ORACLE_CRON: cron.default('*/5 * * * * *'),
  /** The first window (slot / 12) that this oracle reports; unset, the first in the log. */
  ORACLE_FIRST_WINDOW: z.coerce.number().int().min(0).default(0),
  ORACLE_KEEPER: onOff.default('off'),
  ORACLE_KEEPER_CRON: cron.default('30 * * * * *'),
  ORACLE_HTTP: hostPort.optional(),
  CLOCK_SHIFT_FILE: z.string().optional(),
});

export type OracleConfig = z.infer<typeof oracleConfig>;
