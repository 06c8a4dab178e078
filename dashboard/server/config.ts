import { z } from 'zod';
import { splitAddress } from '../../common/address.ts';
import { commaList, optionalText } from '../../common/config-fields.ts';

const account = z.string().regex(/^[.1-5a-z]{1,13}$/, 'must be an account name');
const hostPort = z
  .string()
  .regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port')
  .refine((text) => splitAddress(text).port <= 65_535, 'must be host:port with a port up to 65535');
const onOff = z.enum(['on', 'off'], 'must be on or off');
/** An empty variable is an unset one, not 0. */
const whole = (value: number, least: number) =>
  z.preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(least).default(value));

/** "name=http://host:port": by the name people see it; the address never leaves the server in public mode. */
const emitter = z
  .string()
  .regex(/^[a-z][a-z0-9.-]{0,30}=https?:\/\/[^\s=]+$/, 'must be name=http://host:port, with commas between several')
  .transform((text) => {
    const [name = '', url = ''] = text.split('=');
    return { name, url: url.replace(/\/+$/, '') };
  });

/** Where a transaction or account is shown; `{trx}` stands for the transaction's id. */
const explorer = z
  .string()
  .refine(isExplorer, 'must be a web address with {trx} in it, as https://explorer.example/transaction/{trx}');

function isExplorer(text: string): boolean {
  if (!/^https?:\/\//.test(text) || text.split('{trx}').length !== 2) return false;
  return URL.canParse(text.replace('{trx}', 'abc'));
}

/** Which proxies are believed about a visitor's address: none, those on this machine, or addresses and ranges. */
const proxies = z
  .string()
  .default('off')
  .refine(
    (text) => /^(off|loopback|[0-9a-f.:/]+(,[0-9a-f.:/]+)*)$/.test(text),
    'must be off, loopback, or addresses and ranges as 10.0.0.1,192.168.0.0/24',
  );

/** The environment of the page's server; `.env.example` shows it with comments. */
export const dashboardConfig = z
  .object({
    DASHBOARD_LISTEN: hostPort.default('127.0.0.1:9780'),
    DASHBOARD_POOL: account,
    DASHBOARD_DAC: account,
    DASHBOARD_CHAIN_API: z.url({ protocol: /^https?$/, error: 'must be http://host:port of a node' }),
    DASHBOARD_EMITTERS: commaList.pipe(z.array(emitter).max(21)),
    DASHBOARD_DB: z.string().min(1).default('dashboard.sqlite'),
    DASHBOARD_KEEP_WINDOWS: whole(10_000, 20),
    DASHBOARD_KEEP_DETAILS: whole(1000, 2),
    DASHBOARD_BACKFILL: whole(100_000, 0),
    DASHBOARD_TERMS_FILE: optionalText,
    DASHBOARD_EXPLORER: z.preprocess((text) => (text === '' ? undefined : text), explorer.optional()),
    DASHBOARD_PUBLIC: onOff.default('off'),
    DASHBOARD_TRUST_PROXY: proxies,
    DASHBOARD_RATE: whole(600, 1),
    DASHBOARD_STREAMS: whole(500, 1),
    DASHBOARD_STREAMS_PER_ADDRESS: whole(8, 1),
    CLOCK_SHIFT_FILE: z.string().optional(),
  })
  .refine(({ DASHBOARD_EMITTERS: list }) => new Set(list.map(({ name }) => name)).size === list.length, {
    path: ['DASHBOARD_EMITTERS'],
    message: 'must name each emitter once',
  });

export type DashboardConfig = z.infer<typeof dashboardConfig>;
