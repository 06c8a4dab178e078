import { z } from 'zod';
import { splitAddress } from '../common/address.ts';
import { parseStrategy } from './select/strategy.ts';
import { SELECT_DEFAULTS } from './select/types.ts';

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
const whole = (value: number) =>
  z.preprocess((text) => (text === '' ? undefined : text), z.coerce.number().int().min(0).default(value));

/** The emitter's environment; `.env.example` shows it with comments. */
export const emitterConfig = z.object({
  EMITTER_POOL: z.string().min(1),
  EMITTER_DAC: z.string().min(1),
  EMITTER_RELAY_API: z.url(),
  EMITTER_RELAY_P2P: hostPort,
  EMITTER_LISTEN: hostPort.default('127.0.0.1:9700'),
  EMITTER_HTTP: hostPort.default('127.0.0.1:9701'),
  /** How agents reach EMITTER_HTTP when that is not the address they dial: behind a proxy, or listening on 0.0.0.0. */
  EMITTER_URL: z.url().optional(),
  EMITTER_EVENT_LOG: z.string().min(1).default('events.sqlite'),
  EMITTER_DURABILITY: z.enum(['process', 'machine']).default('process'),
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
  EMITTER_RESCUES_PER_WINDOW: whole(SELECT_DEFAULTS.rescuesPerWindow),
  CLOCK_SHIFT_FILE: z.string().optional(),
});

export type EmitterConfig = z.infer<typeof emitterConfig>;
