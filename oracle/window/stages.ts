import type { Clock } from '../../common/clock.ts';
import type { Logger } from '../../common/logger.ts';
import type { Uses } from '../account/uses.ts';
import type { Alarm } from '../alerts/alert.ts';
import type { Logs } from '../logs/logs.ts';
import type { WindowLog } from '../metrics/types.ts';
import type { Attendance } from '../peers/attendance.ts';
import type { BlockRef, OracleChain, ReportData } from '../source/chain.ts';
import type { Journal } from './journal.ts';

/** Another oracle's report of a window, and what this one has. */
export interface DifferingReport {
  window: number;
  /** Who filed it; null: the window was settled with it. */
  oracle: string | null;
  hash: string;
  ours: ReportData;
  logs: WindowLog[];
}

/** The stages before this one, as the window job sees them; `oracle.ts` puts the real ones in. */
export interface Stages {
  isIrreversible(window: number, irreversible: BlockRef): boolean;
  /** The report of a closed, irreversible window from these logs, or why it is not reported. `withReceipts` false: as who has none makes it. */
  compute(
    window: number,
    logs: WindowLog[],
    irreversible: BlockRef,
    withReceipts?: boolean,
  ): Promise<ReportData | { skip: string }>;
  hash(data: ReportData): string;
}

export interface JobParts {
  chain: OracleChain;
  journal: Journal;
  logs: Logs;
  stages: Stages;
  attendance: Pick<Attendance, 'isFirst' | 'waiting' | 'settled'>;
  uses: Pick<Uses, 'add'>;
  alarm: Alarm;
  clock: Clock;
  logger: Logger;
  /** Windows before it are left alone. */
  firstWindow: number;
  /** Told of another oracle's report that follows from nothing that this one has; it keeps the evidence. */
  onForeign?: (differing: DifferingReport) => Promise<void>;
  account: string;
  dac: string;
  pool: string;
}
