import { PoolError } from '../../common/errors.ts';
import type { Gathered, ProvenLog } from '../logs/gather.ts';
import { rootOfLogs } from '../report/build.ts';
import type { BlockRef, FiledReport, ReportData } from '../source/chain.ts';
import { differing } from './notices.ts';
import type { WindowRow } from './schema.ts';
import type { JobParts } from './stages.ts';

/** A report that differs is joined after so long, when it was made from more logs than the own one. */
const JOIN_MORE_MS = 60_000;
/** Or from fewer: longer, so that two oracles do not take each other's at a time. */
const JOIN_FEWER_MS = 120_000;
/** Made anew once from the own logs, and joined to another's twice at most: each time is a transaction. */
const MOST_REMADE = 3;
/** More logs than this have too many sets to try. */
const MOST_LOGS = 12;

type Gather = (window: number) => Promise<Gathered | null>;
type Report = { oracle: string; hash: string; logRoot: string };
type Filed = Omit<Report, 'oracle'>;

/**
 * What an oracle does when another's report of a window differs: oracles that got different logs must come to equal reports without any of them
 * believing another. docs/metrics.md, "When oracles differ", has the rule.
 */
export class Agreement {
  private readonly parts: JobParts;
  private readonly gather: Gather;

  constructor(parts: JobParts, gather: Gather) {
    this.parts = parts;
    this.gather = gather;
  }

  /**
   * Looks at the other oracles' reports of a window that is not settled, and makes the own one anew when that helps. Only for a report whose
   * transaction was not sent, or is irreversible: no other one may be under way.
   */
  async reconsider(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { chain, account, journal, clock } = this.parts;
    const open = await chain.openReports(row.window);
    const others = open.filter(({ oracle, hash }) => oracle !== account && hash !== row.hash);
    if (others.length === 0) {
      if (row.differs_at !== null) journal.differs(row.window, null);
      return;
    }
    const now = clock.now();
    if (row.differs_at === null) this.noteDifference(row, others, now);
    if (row.remade >= MOST_REMADE) return;
    const better = await this.better(row, others, now - (row.differs_at ?? now), irreversible);
    if (better) this.remake(row, better.report, better.why);
  }

  /** Names of the logs, all of them here, from which a report follows that gives the same members their shares; null when there are none. */
  async explain(row: WindowRow, filed: FiledReport, irreversible: BlockRef): Promise<string[] | null> {
    const gathered = await this.gathered(row.window);
    const own = JSON.parse(row.report ?? '{}') as ReportData;
    const found = gathered && (await this.reproduce(row.window, filed, gathered.proven, irreversible));
    if (gathered && !found && row.report) await this.keep(row.window, { ...filed, oracle: null }, own, gathered);
    return found?.report.eligible === own.eligible ? found.logs.map(({ name }) => name) : null;
  }

  private async better(row: WindowRow, others: Report[], forMs: number, irreversible: BlockRef) {
    const { stages } = this.parts;
    const gathered = await this.gathered(row.window);
    if (!gathered) return null;
    const own = await stages.compute(row.window, gathered.logs, irreversible);
    if ('skip' in own) return null;
    if (row.remade === 0 && stages.hash(own) !== row.hash) return { report: own, why: 'more is known of it now' };
    for (const other of others) {
      const found = await this.reproduce(row.window, other, gathered.proven, irreversible);
      if (!found) await this.keep(row.window, other, own, gathered);
      // Never at a member's cost: a set of logs that leaves one out is not joined, whoever reports it.
      if (!found || found.report.eligible !== own.eligible) continue;
      const isMore = found.logs.length > gathered.logs.length;
      if (forMs >= (isMore ? JOIN_MORE_MS : JOIN_FEWER_MS)) {
        const names = found.logs.map(({ name }) => name).join(', ');
        return { report: found.report, why: `another oracle made it from ${names}` };
      }
    }
    return null;
  }

  /** Makes another oracle's report from own logs, when it follows from some of them. */
  private async reproduce(window: number, { hash, logRoot }: Filed, proven: ProvenLog[], irreversible: BlockRef) {
    const logs = setOf(logRoot, proven);
    if (!logs) return null;
    const { stages } = this.parts;
    // Who made it may have had no receipts.
    for (const withReceipts of [true, false]) {
      const report = await stages.compute(window, logs, irreversible, withReceipts);
      if (!('skip' in report) && stages.hash(report) === hash) return { logs, report };
    }
    return null;
  }

  /** What is wrong with keeping evidence keeps no window from its report. */
  private async keep(
    window: number,
    other: { oracle: string | null; hash: string },
    ours: ReportData,
    { logs }: Gathered,
  ) {
    const { onForeign, logger } = this.parts;
    try {
      await onForeign?.({ window, oracle: other.oracle, hash: other.hash, ours, logs });
    } catch (thrown) {
      if (!(thrown instanceof PoolError)) throw thrown;
      logger.warn({ window }, `the evidence of a report that differs was not kept: ${thrown.message}`);
    }
  }

  private async gathered(window: number): Promise<Gathered | null> {
    try {
      return await this.gather(window);
    } catch (thrown) {
      if (thrown instanceof PoolError) return null;
      throw thrown;
    }
  }

  private noteDifference(row: WindowRow, others: { oracle: string; hash: string }[], now: number): void {
    this.parts.journal.differs(row.window, now);
    const names = others.map(({ oracle, hash }) => `${oracle} has ${hash}`).join(', ');
    const { window, hash } = row;
    const { key, notice } = differing(window, hash ?? '', names);
    this.parts.alarm.tell(key, notice);
    this.parts.logger.warn({ window }, `reports of window ${window} differ: this oracle has ${hash}, ${names}`);
  }

  private remake({ window, hash }: WindowRow, report: ReportData, why: string): void {
    const { journal, stages, logger } = this.parts;
    const now = stages.hash(report);
    journal.remade(window, report, now);
    logger.warn({ window }, `the report ${hash} of window ${window} is made anew, as ${now}: ${why}`);
  }
}

/** Those of the logs whose root this is, as `rootOfLogs` makes it; null when it is of no set of them. */
export function setOf<T extends { root: string }>(root: string, logs: T[]): T[] | null {
  const different = [...new Map(logs.map((log) => [log.root, log])).values()];
  if (different.length > MOST_LOGS) return null;
  for (let chosen = 1; chosen < 2 ** different.length; chosen++) {
    const set = different.filter((_, i) => chosen & (1 << i));
    if (rootOfLogs(set.map((log) => log.root)) === root) return set;
  }
  return null;
}
