import { z } from 'zod';
import { PoolError } from '../common/errors.ts';

const integer = (low: number, high: number) => z.coerce.number().int().min(low).max(high);

const emitter = z.object({ p2p: z.string().regex(/^[^:]+:\d+$/), http: z.url() });
export type EmitterAddress = z.infer<typeof emitter>;

const emitters = z.string().transform((text, context): EmitterAddress[] => {
  try {
    return z.array(emitter).min(1).parse(JSON.parse(text));
  } catch {
    const example = '[{"p2p":"127.0.0.1:9700","http":"http://127.0.0.1:9701"}]';
    context.addIssue({ code: 'custom', message: `must be JSON like ${example}` });
    return z.NEVER;
  }
});

/** What the contract begins with. */
export const DEFAULT_STRATEGY = 'first-delivered';
export const DEFAULT_MODE = 'propose';

/** The devnet's configuration, all out of the environment. */
export const devnetSchema = z.object({
  /** Everything the devnet writes lies here. */
  DEVNET_DIR: z.string().min(1),
  DEVNET_MEMBERS: integer(1, 100).default(3),
  /** At most 20, for with the pool there are 21. */
  DEVNET_PRODUCERS: integer(1, 20).default(3),
  /** First of a block of ports that the parent reserved; unset, the devnet reserves one itself. */
  DEVNET_PORT_BASE: integer(1024, 65_000).optional(),
  /** Where the members connect to; one relay node is started for each. */
  DEVNET_EMITTERS: emitters,
  DEVNET_ORACLES: integer(0, 21).default(1),
  /** Makes keys repeatable; unset, they are random. */
  DEVNET_SEED: integer(0, 2 ** 32 - 1).optional(),
  /** Which nodes come back, with their blocks, when they end unexpectedly; all: members and relay nodes. */
  DEVNET_RESTART: z.enum(['all', 'members', 'none']).default('none'),
  /** How blocks are chosen; another one than the contract's own default is voted in. */
  DEVNET_STRATEGY: z.string().min(1).default(DEFAULT_STRATEGY),
  /** Who makes blocks: all members, or one a window while the others are paused and an agent stands beside each. */
  DEVNET_MODE: z.enum(['propose', 'standby']).default(DEFAULT_MODE),
  DEVNET_ELIGIBLE_PERCENT: integer(1, 100).default(50),
  DEVNET_INFRA_PERMILLE: integer(0, 1000).default(100),
  /** Short times, so that a run shows a whole vote, an epoch's close and a member's leaving. */
  DEVNET_VOTE_SECONDS: integer(1, 30 * 24 * 3600).default(3),
  DEVNET_DISPUTE_SECONDS: integer(0, 30 * 24 * 3600).default(3),
  DEVNET_NOTICE_SECONDS: integer(0, 90 * 24 * 3600).default(3),
});

export type DevnetConfig = z.infer<typeof devnetSchema>;

/** Names and units that all parts of a devnet share. */
export const NAMES = { dac: 'pooldac', pool: 'poolbp', whale: 'whale', load: 'load' } as const;
export const CORE = '4,EOS';
export const TOKEN_CONTRACT = 'eosio.token';

/** A folder that can not be made or written is one sentence. */
export function folderError(dir: string, thrown: unknown): PoolError {
  return new PoolError('folder', `can not write in ${dir} (${(thrown as Error).message}); choose another folder`, {
    dir,
  });
}
