import { PoolError } from '../../common/errors.ts';
import type { RunStart } from '../../common/events.ts';
import { fromPlain } from '../../common/plain.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState, type SelectState } from '../../emitter/select/state.ts';
import { parseStrategy, STRATEGY_VERSIONS } from '../../emitter/select/strategy.ts';
import type { SelectConfig, SelectEffect, SelectEvent } from '../../emitter/select/types.ts';

/** The emitter's selection, fed from a log: the same code, the same state, no clock. */
export class Machine {
  readonly state: SelectState;

  constructor(state: SelectState) {
    this.state = state;
  }

  /** As a run began. Throws PoolError `strategy` when this program has other versions of the run's strategies. */
  static start(run: RunStart): Machine {
    requireVersions(run);
    return new Machine(initialState(run.config as SelectConfig));
  }

  /** As it stood at a checkpoint. Throws as `start` does. */
  static resume(run: RunStart, state: object): Machine {
    requireVersions(run);
    return new Machine(fromPlain(state) as SelectState);
  }

  feed(event: SelectEvent): SelectEffect[] {
    return reduce(this.state, event);
  }

  /** The same state under another strategy, each free to go on by itself. */
  fork(strategy: string): Machine {
    const state = structuredClone(this.state);
    const { rule, before } = state.settings;
    state.settings = { ...state.settings, rule: { ...rule, strategy }, before: { ...before, strategy } };
    return new Machine(state);
  }
}

const NO_STRATEGY =
  'standby and propose are modes, not strategies: what one standby leader would have made, and how fast the next one had taken over, ' +
  'no log of the other mode says; ./pool up --mode standby shows it on real nodes';

/** The text of a strategy with all its parameters. Throws PoolError `strategy`, which says what is wrong. */
export function strategyText(text: string): string {
  if (text === 'standby' || text === 'propose') throw new PoolError('strategy', NO_STRATEGY);
  const parsed = parseStrategy(text);
  if (!parsed.ok) throw new PoolError('strategy', parsed.problem);
  return parsed.strategy.text;
}

function requireVersions({ strategies }: RunStart): void {
  for (const [name, version] of Object.entries(strategies)) {
    const here = STRATEGY_VERSIONS[name];
    if (here === version) continue;
    const has = `the log was written with ${name} version ${version}, this program has ${here ?? 'none'}`;
    throw new PoolError('strategy', `${has}; use the release that wrote it`);
  }
}
