import type { RunStart } from '../common/events.ts';
import type { Chooser } from './chooser.ts';
import type { EmitterConfig } from './config.ts';
import type { Journal } from './log/journal.ts';
import { Notary, type Signing } from './log/notary.ts';
import { STRATEGY_VERSIONS } from './select/strategy.ts';

const SOFTWARE = 'bppool/0.1.0';

interface Parts {
  config: EmitterConfig;
  signing: Signing | undefined;
  journal: Journal;
  chooser: Chooser;
  onFault(text: string): void;
}

/**
 * Writes the record with which a run begins: everything that the selection starts from, so that a replay can begin there. Gives who signs the
 * log from here on, null for one that is not signed. `chain`: the chain's id.
 */
export function beginLog(chain: string, { config, signing, journal, chooser, onFault }: Parts): Notary | null {
  const named = { pool: config.EMITTER_POOL, dac: config.EMITTER_DAC, chain, software: SOFTWARE };
  const select = { strategies: STRATEGY_VERSIONS, config: chooser.state.config };
  const emitter = config.EMITTER_NATS === undefined ? {} : { emitter: config.EMITTER_NAME ?? '' };
  const run: RunStart = { ...named, ...select, logKey: signing?.key.id ?? null, ...emitter };
  journal.tell(null, { type: 'start', at: chooser.now(), ...run });
  if (!signing) return null;
  const notary = new Notary(signing, { run, journal, now: () => chooser.now(), state: () => chooser.state, onFault });
  notary.catchUp();
  return notary;
}
