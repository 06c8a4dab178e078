import { z } from 'zod';
import { splitAddress } from '../common/address.ts';
import { commaList, optionalText } from '../common/config-fields.ts';
import { LIMITS } from './limits.ts';
import { parseStrategy } from './select/strategy.ts';
import { SELECT_DEFAULTS, type SelectConfig } from './select/types.ts';

const isPort = (text: string) => splitAddress(text).port <= 65_535;
const hostPort = z
  .string()
  .regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port')
  .refine(isPort, 'must be host:port with a port up to 65535');
const strategyText = z.string().superRefine((text, context) => {
  const parsed = parseStrategy(text);
  if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.problem });
});
/** An empty variable is an unset one, not 0. */
const whole = (value: number, least = 0) =>
  z.preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(least).default(value));

const hostPorts = commaList.pipe(z.array(hostPort).max(LIMITS.peers));

/** The emitter's environment; `.env.example` shows it with comments. */
export const emitterConfig = z.object({
  EMITTER_POOL: z.string().min(1),
  EMITTER_DAC: z.string().min(1),
  EMITTER_RELAY_API: z.url(),
  EMITTER_RELAY_P2P: hostPort,
  EMITTER_PEERS: hostPorts,
  EMITTER_LISTEN: hostPort.default('127.0.0.1:9700'),
  EMITTER_SESSIONS: whole(LIMITS.sessions, 1),
  /** MB of candidates in memory; what is more goes to disk beside the event log until its window is over. */
  EMITTER_CANDIDATE_MB: whole(LIMITS.candidateMb, 1),
  EMITTER_HTTP: hostPort.default('127.0.0.1:9701'),
  /** How agents reach EMITTER_HTTP when that is not the address they dial: behind a proxy, or listening on 0.0.0.0. */
  EMITTER_URL: z.url().optional(),
  EMITTER_EVENT_LOG: z.string().min(1).default('events.sqlite'),
  /** "nats://host:port,host:port,…", each node of the cluster in which several emitters decide together; unset: this one decides alone. */
  EMITTER_NATS: optionalText,
  /** File (mode 0600) with NATS credentials or an nkey's seed, and one with the authority of its certificates: see NatsFiles. */
  EMITTER_NATS_CREDS: optionalText,
  EMITTER_NATS_CA: optionalText,
  /** This emitter's account, by which the others know it; needed with EMITTER_NATS. */
  EMITTER_NAME: optionalText,
  /** on: each window is decided by one emitter alone, which has a lease of it; for emitters with long ways between them. Alike at all. */
  EMITTER_LEASE: z.enum(['on', 'off']).default('off'),
  EMITTER_DURABILITY: z.enum(['process', 'machine']).default('process'),
  /** File (mode 0600) with the private key that signs the log; unset: the log is not signed, and there are no receipts. */
  EMITTER_LOG_KEY_FILE: z.string().min(1).optional(),
  /** Closed windows that stay in the log, 0 for all; fewer than 16 would take them from an oracle that was away. */
  EMITTER_LOG_KEEP_WINDOWS: whole(0).refine(
    (n) => n === 0 || n >= LIMITS.leastWindowsKept,
    'must be 0 (keep all) or at least 16',
  ),
  /** Bytes that the log may take, 0 for no limit: the oldest settled windows go, but for the newest 16. */
  EMITTER_LOG_KEEP_BYTES: whole(0),
  /** Instead of the members' vote; for tests. */
  EMITTER_STRATEGY: z.preprocess((text) => (text === '' ? undefined : text), strategyText.optional()),
  EMITTER_SHADOW: z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,;]+/).filter((part) => part !== ''))
    .pipe(z.array(strategyText)),
  EMITTER_FORK_RULES: z.enum(['legacy', 'savanna']).default(SELECT_DEFAULTS.forkRules),
  EMITTER_QUARANTINE_WINDOWS: whole(SELECT_DEFAULTS.quarantineWindows),
  EMITTER_ACCEPT_MS: whole(200),
  EMITTER_PARENT_WAIT_MS: whole(SELECT_DEFAULTS.parentWaitMs),
  EMITTER_OVERDUE_MS: whole(SELECT_DEFAULTS.overdueMs),
  EMITTER_DEADLINE_MARGIN_MS: whole(SELECT_DEFAULTS.deadlineMarginMs),
  /** One-way ms to the next producer; unset: learned from when its blocks come. */
  EMITTER_PATH_MS: z.preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(0).optional()),
  /** What other nodes may need for a branch, in percent of its billed CPU. */
  EMITTER_APPLY_PERCENT: whole(SELECT_DEFAULTS.applyPercent ?? 0, 100),
  /** After a restart in mid-window so long nobody takes the place of a leader whose node is still dialling. */
  EMITTER_DIAL_MS: whole(SELECT_DEFAULTS.dialMs ?? 0),
  /** The event loop does not sleep from so many ms before a candidate is expected until so many after; 0: it sleeps. */
  EMITTER_AWAKE_MS: whole(12),
  EMITTER_RESCUES_PER_WINDOW: whole(SELECT_DEFAULTS.rescuesPerWindow),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  CLOCK_SHIFT_FILE: z.string().optional(),
});

export type EmitterConfig = z.infer<typeof emitterConfig>;

/** What of the configuration the selection goes by. */
export function selectConfig(config: EmitterConfig): SelectConfig {
  return {
    parentWaitMs: config.EMITTER_PARENT_WAIT_MS,
    overdueMs: config.EMITTER_OVERDUE_MS,
    deadlineMarginMs: config.EMITTER_DEADLINE_MARGIN_MS,
    pathMs: config.EMITTER_PATH_MS ?? null,
    applyPercent: config.EMITTER_APPLY_PERCENT,
    dialMs: config.EMITTER_DIAL_MS,
    lateKeepsDeadline: true,
    rescueFills: true,
    rescuesPerWindow: config.EMITTER_RESCUES_PER_WINDOW,
    quarantineWindows: config.EMITTER_QUARANTINE_WINDOWS,
    forkRules: config.EMITTER_FORK_RULES,
    shadows: config.EMITTER_SHADOW,
  };
}
