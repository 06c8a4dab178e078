import { PoolError } from '../../common/errors.ts';
import type { Mode } from '../run/options.ts';
import type { Kind } from './draw.ts';

/** How many of each a run has. */
export interface ChaosSize {
  members: number;
  producers: number;
  emitters: number;
  oracles: number;
}

interface Asked {
  kill: Kind;
  mode: Mode;
  members: number;
  producers: number;
  emitters?: number;
  oracles?: number;
}

const SEVERAL_EMITTERS: readonly Kind[] = ['emitter', 'relay', 'nats', 'mix'];
const SEVERAL_ORACLES: readonly Kind[] = ['oracle', 'mix'];
/** What cannot be killed where one emitter works without a cluster. */
const NEED_CLUSTER: readonly Kind[] = ['nats', 'mix'];

/** The size that was asked for, with what a kind needs by itself. Throws PoolError `options` for what does not go together. */
export function chaosSize({ kill, mode, members, producers, ...asked }: Asked): ChaosSize {
  const emitters = asked.emitters ?? (mode === 'propose' && SEVERAL_EMITTERS.includes(kill) ? 2 : 1);
  const oracles = asked.oracles ?? (SEVERAL_ORACLES.includes(kill) ? 3 : 1);
  if (mode === 'standby' && emitters > 1)
    throw new PoolError('options', `--mode standby runs with one emitter, and --emitters says ${emitters}`);
  if (emitters === 1 && NEED_CLUSTER.includes(kill)) {
    const text = `--kill ${kill} needs a cluster, which a single emitter does without`;
    throw new PoolError('options', `${text}; use --emitters 2 or more, and --mode propose`);
  }
  return { members, producers, emitters, oracles };
}
