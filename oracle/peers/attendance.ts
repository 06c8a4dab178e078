import type { Clock } from '../../common/clock.ts';
import type { Alarm } from '../alerts/alert.ts';
import type { OracleChain } from '../source/chain.ts';
import type { AttendanceTable } from './attendance-table.ts';
import { firstReporters } from './turns.ts';

/** So long an oracle waits when a window is not its turn, whether it is needed: a look at the chain, and a second for the report to get into a block. */
export const STAND_IN_MS = 3000;
/** So long after an own report the others whose turn it is must have theirs on the chain: before somebody stands in for them. */
export const MISSING_AFTER_MS = 2500;
/** A window that was settled longer ago tells nothing of who reported it: its reports are gone from the tables. */
const FRESH_MS = 60_000;

export interface AttendanceParts {
  chain: Pick<OracleChain, 'oracles' | 'openReports' | 'settled'>;
  table: AttendanceTable;
  account: string;
  /** Windows in a row, of those in which it is an oracle's turn, after which its absence is told. */
  limit: number;
  alarm: Alarm;
  clock: Clock;
}

/**
 * Who of the oracles reports, by the contract's tables alone. They hold a report until its window is settled, and not who settled it; but whose
 * turn a window is follows from `firstReporters`. So one is missing that has no report when the others whose turn it is have had theirs for a while.
 */
export class Attendance {
  private readonly parts: AttendanceParts;

  constructor(parts: AttendanceParts) {
    this.parts = parts;
  }

  /** Whether this oracle reports a window at once. One that is no oracle (yet) does: its refusal tells the operator why. */
  async isFirst(window: number): Promise<boolean> {
    const { chain, account } = this.parts;
    const oracles = await chain.oracles();
    return !oracles.includes(account) || firstReporters(oracles, window).includes(account);
  }

  /** A window waits for reports: those whose turn it is and who have none are missing. */
  async waiting(window: number): Promise<void> {
    const { chain } = this.parts;
    const [oracles, reports] = await Promise.all([chain.oracles(), chain.openReports(window)]);
    // Settled in the meantime: its reports are gone, not missing.
    if (reports.length === 0 && (await chain.settled(window))) return;
    const there = new Set(reports.map(({ oracle }) => oracle));
    this.note(window, oracles, (oracle) => there.has(oracle));
  }

  /** A window is settled, since `at` (chain time in ms): nobody had to stand in, unless it was seen. */
  async settled(window: number, at: number): Promise<void> {
    const { chain, clock, table } = this.parts;
    if (clock.now() - at > FRESH_MS) return;
    const oracles = await chain.oracles();
    this.note(window, oracles, (oracle) => table.missingIn(oracle) !== window);
  }

  /** Windows in a row that each other oracle missed. */
  missing(): Map<string, number> {
    return this.parts.table.all();
  }

  private note(window: number, oracles: string[], isThere: (oracle: string) => boolean): void {
    const { table, account } = this.parts;
    for (const gone of table.keepOnly(oracles)) this.tell(gone, 0);
    for (const oracle of firstReporters(oracles, window)) {
      if (oracle !== account) this.tell(oracle, table.note(oracle, window, isThere(oracle)));
    }
  }

  private tell(oracle: string, absent: number): void {
    const { alarm, limit } = this.parts;
    if (absent < limit) {
      if (absent === 0) alarm.hold(`oracle ${oracle}`, null);
      return;
    }
    const text = `${oracle} did not report ${absent} windows in a row in which it was its turn; the others stood in for it. Ask its operator: is it up, has it CPU, does its node follow the chain?`;
    const fields = { oracle, windows: absent };
    alarm.hold(`oracle ${oracle}`, {
      kind: 'missing_oracle',
      level: 'warning',
      title: `${oracle} is missing`,
      text,
      fields,
    });
  }
}
