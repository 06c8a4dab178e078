import type { Clock } from '../../common/clock.ts';
import type { EventRecord } from '../../common/events.ts';
import type { Logger } from '../../common/logger.ts';
import type { BlockRef, OracleChain, ReportData } from '../source/chain.ts';
import type { Journal } from './journal.ts';
import type { LogSource } from './log-source.ts';

/** The stages before this one, as the window job sees them; `oracle.ts` puts the real ones in. */
export interface Stages {
  isIrreversible(window: number, irreversible: BlockRef): boolean;
  /** The report of a closed, irreversible window, or why it is not reported. `around`: see LogSource. */
  compute(
    window: number,
    records: EventRecord[],
    around: EventRecord[],
    irreversible: BlockRef,
  ): Promise<ReportData | { skip: string }>;
  hash(data: ReportData): string;
}

export interface JobParts {
  chain: OracleChain;
  journal: Journal;
  log: LogSource;
  stages: Stages;
  clock: Clock;
  logger: Logger;
  /** Windows before it are left alone. */
  firstWindow: number;
  account: string;
  dac: string;
  pool: string;
}
