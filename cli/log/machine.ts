import { PoolError } from '../../common/errors.ts';
import type { RunStart } from '../../common/events.ts';
import { fromPlain } from '../../common/plain.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState, type SelectState } from '../../emitter/select/state.ts';
import { STRATEGIES, type Strategy } from '../../emitter/select/strategy.ts';
import type { SelectConfig, SelectEffect, SelectEvent } from '../../emitter/select/types.ts';

/** The emitter's selection, fed from a log: the same code, the same state, no clock. */
export class Machine {
  readonly state: SelectState;
  readonly strategy: Strategy;

  constructor(state: SelectState, strategy: Strategy) {
    this.state = state;
    this.strategy = strategy;
  }

  /** As a run began. Throws PoolError `strategy` when this program does not have the run's. */
  static start(run: RunStart): Machine {
    return new Machine(initialState(run.config as SelectConfig), strategyOf(run.strategy, run.strategyVersion));
  }

  /** As it stood at a checkpoint. */
  static resume(run: RunStart, state: object): Machine {
    return new Machine(fromPlain(state) as SelectState, strategyOf(run.strategy, run.strategyVersion));
  }

  feed(event: SelectEvent): SelectEffect[] {
    return reduce(this.state, this.strategy, event);
  }

  /** The same state with another strategy, each free to go on by itself. */
  fork(strategy: Strategy): Machine {
    return new Machine(structuredClone(this.state), strategy);
  }
}

/** Throws PoolError `strategy`, which names those that there are. */
export function strategyOf(name: string, version?: number): Strategy {
  const strategy = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  const known = Object.keys(STRATEGIES).join(', ');
  if (!strategy) throw new PoolError('strategy', `there is no strategy "${name}" here; known are: ${known}`);
  if (version === undefined || version === strategy.version) return strategy;
  const has = `the log was written with ${name} version ${version}, this program has version ${strategy.version}`;
  throw new PoolError('strategy', `${has}; use the release that wrote it`);
}
