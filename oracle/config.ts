import { validate } from 'node-cron';
import { z } from 'zod';
import { commaList, optionalText } from '../common/config-fields.ts';
import { parseNatsUrl } from '../common/nats/connection.ts';
import { FORMATS } from './alerts/target.ts';

const hostPort = z.string().regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port');
const account = z.string().regex(/^[.1-5a-z]{1,13}$/, 'must be an account name');
const onOff = z.enum(['on', 'off'], 'must be on or off');
/** "nats://host:port,nats://host:port" as connectNats takes it; what lets in is the first one's. An empty variable is an unset one. */
const natsUrl = z
  .string()
  .transform((text) => text.replace(/,\s*nats:\/\/(?:[^@,/]*@)?/g, ','))
  .refine((text) => text === '' || isNatsUrl(text), 'must be nats://host:port, with commas between several')
  .optional();
const cron = z.string().refine(validate, 'must be a cron expression of 5 or 6 fields, such as "*/2 * * * * *"');

/** An empty variable is an unset one. */
function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

function isNatsUrl(text: string): boolean {
  try {
    parseNatsUrl(text);
    return true;
  } catch {
    return false;
  }
}

/** The oracle's environment; `.env.example` shows it with comments. */
export const oracleConfig = z
  .object({
    ORACLE_ACCOUNT: account,
    ORACLE_PERMISSION: account.default('report'),
    /** The private key in a file of mode 600; or ORACLE_WALLET. */
    ORACLE_KEY_FILE: optionalText,
    /** A keosd that has it: http://127.0.0.1:8900 or unix:///path. */
    ORACLE_WALLET: optionalText,
    ORACLE_DAC: account,
    ORACLE_POOL: account,
    ORACLE_CHAIN_API: z.url(),
    /** The state history of the same node; without it the node is asked for each block. */
    ORACLE_SHIP: optional(z.url({ protocol: /^wss?$/, error: 'must be ws://host:port' })),
    ORACLE_SHIP_TRACES: onOff.default('on'),
    /** A Hyperion API with streaming: a hint to look earlier, believed in nothing. */
    ORACLE_HYPERION: optional(z.url({ protocol: /^https?$/, error: 'must be http://host:port or https://host' })),
    /** SQLite files of emitters' logs, with commas between. */
    ORACLE_EVENT_LOG: commaList,
    /** The NATS cluster with the logs of all emitters that the contract names. */
    ORACLE_NATS: natsUrl,
    /** What lets in there: see NatsFiles. */
    ORACLE_NATS_CREDS: optionalText,
    ORACLE_NATS_CA: optionalText,
    ORACLE_JOURNAL: z.string().min(1).default('oracle.sqlite'),
    /** Folder for evidence; unset, the journal's path with ".evidence". */
    ORACLE_EVIDENCE: optionalText,
    /** Members' receipts: folders, or addresses that begin with http, each with a file WINDOW.json; with commas between. */
    ORACLE_RECEIPTS: commaList,
    ORACLE_CRON: cron.default('*/2 * * * * *'),
    /** The first window (slot / 12) that this oracle reports; unset, the first in the logs. */
    ORACLE_FIRST_WINDOW: z.coerce.number().int().min(0).default(0),
    ORACLE_KEEPER: onOff.default('off'),
    ORACLE_KEEPER_CRON: cron.default('30 * * * * *'),
    /** How the chain pays producers: a name in oracle/keeper/profile.ts, or a JSON file of that form. */
    ORACLE_PROFILE: z.string().min(1).default('eosio'),
    /** Addresses that alerts are sent to, with commas between. */
    ORACLE_WEBHOOK: commaList,
    ORACLE_WEBHOOK_FORMAT: z.enum(['auto', ...FORMATS], `must be auto, ${FORMATS.join(', ')}`).default('auto'),
    /** Hours for which CPU and NET must be enough, else there is a warning. */
    ORACLE_LOW_HOURS: z.coerce.number().positive().default(6),
    /** Windows in a row that another oracle may miss in its turn. */
    ORACLE_MISSING_WINDOWS: z.coerce.number().int().min(1).default(3),
    ORACLE_HTTP: z.preprocess((text) => (text === '' ? undefined : text), hostPort.optional()),
    CLOCK_SHIFT_FILE: z.string().optional(),
  })
  .refine(({ ORACLE_EVENT_LOG: files, ORACLE_NATS: nats }) => files.length > 0 || nats, {
    path: ['ORACLE_EVENT_LOG'],
    message: 'must name a log, or ORACLE_NATS the cluster that has them',
  })
  .refine(({ ORACLE_KEY_FILE: file, ORACLE_WALLET: wallet }) => (file === undefined) !== (wallet === undefined), {
    path: ['ORACLE_KEY_FILE'],
    message: 'must name the file with the key, or ORACLE_WALLET a keosd that has it: one of the two',
  });

export type OracleConfig = z.infer<typeof oracleConfig>;
