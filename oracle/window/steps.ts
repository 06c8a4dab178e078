import { PoolError, sentence } from '../../common/errors.ts';
import { slotTime } from '../../common/slot.ts';
import { type Gathered, gatherLogs } from '../logs/gather.ts';
import { MISSING_AFTER_MS, STAND_IN_MS } from '../peers/attendance.ts';
import type { BlockRef, FiledReport, ReportData, SignedTransaction } from '../source/chain.ts';
import { Agreement } from './agreement.ts';
import { type Filing, findFiling, votedOn } from './filing.ts';
import { disputed, leaks, missedSlots, unreported } from './notices.ts';
import type { WindowRow } from './schema.ts';
import type { JobParts } from './stages.ts';

/** A node bills an account for transactions that fail: pauses between tries grow from the first to the second. */
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 300_000;

/** No log of a window is proven now; what is missing can come later, or from another log. */
const UNPROVEN = new Set(['unsigned_root', 'false_signer']);

/** The way of one window: seen → computed → sent → irreversible. Each arrow is in the journal before the next is tried. */
export class WindowSteps {
  private readonly parts: JobParts;
  private readonly agreement: Agreement;

  constructor(parts: JobParts) {
    this.parts = parts;
    this.agreement = new Agreement(parts, (window) => this.gather(window));
  }

  /**
   * Takes a window as far as it can go now. Throws PoolError `report_refused` when the chain does not take the report, and
   * `unsigned_root` or `false_signer` when no log proves it; all are tried again later. What else it throws is not this window's fault. `mayWait`: whether
   * it is left to others for a while when it is their turn.
   * False: nobody can know yet whether its transaction got in, so those after it are not reported before it.
   */
  async advance(row: WindowRow, irreversible: BlockRef, mayWait = false): Promise<boolean> {
    const { journal, clock } = this.parts;
    if (row.state === 'seen') {
      if (clock.now() < row.retry_at) return true;
      await this.compute(row, irreversible, mayWait);
    }
    const computed = journal.get(row.window) as WindowRow;
    if (computed.state !== 'computed' && computed.state !== 'sent') return true;
    const filing = await findFiling(this.parts.chain, row.window, computed.hash as string, irreversible);
    if (filing.on !== 'nowhere') {
      await this.note(computed, filing, irreversible);
      return true;
    }
    if (clock.now() < computed.retry_at) return true;
    // It waited whether it is needed: somebody whose turn it is has no report.
    if (computed.state === 'computed' && computed.retry_at > 0) await this.parts.attendance.waiting(row.window);
    if (computed.state === 'computed') await this.agreement.reconsider(computed, irreversible);
    return this.send(journal.get(row.window) as WindowRow, irreversible);
  }

  /** Looks whether a window that waited for other oracles is settled, and whether their reports are others. */
  async watch(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { chain, journal } = this.parts;
    const settled = await chain.settled(row.window);
    const voted = settled && votedOn(settled);
    if (voted) return this.skip(row.window, voted, false);
    if (settled?.hash === row.hash) {
      await this.parts.attendance.settled(row.window, settled.at);
      return journal.settled(row.window, settled.hash);
    }
    if (settled) return this.dispute(row, settled, irreversible);
    if (row.window <= (await chain.config()).closingThrough) return this.skip(row.window, 'its epoch ended unsettled');
    await this.agreement.reconsider(row, irreversible);
  }

  private async compute(row: WindowRow, irreversible: BlockRef, mayWait: boolean): Promise<void> {
    const { journal, logger, stages } = this.parts;
    const { window } = row;
    const gathered = await this.gatherOrLater(row, irreversible);
    if (!gathered) return;
    const report = await stages.compute(window, gathered.logs, irreversible);
    if ('skip' in report) return this.skip(window, report.skip);
    for (const { name, why } of gathered.left)
      logger.warn({ window, log: name }, `window ${window} is reported without the log ${name}: ${why}`);
    // Told before it is noted as computed: after a kill in between it is told again, under the same id, and not lost.
    for (const { key, notice } of [...missedSlots(report), ...leaks(report)]) this.parts.alarm.tell(key, notice);
    const waits = mayWait && !(await this.parts.attendance.isFirst(window));
    journal.computed(window, report, stages.hash(report), waits ? this.parts.clock.now() + STAND_IN_MS : 0);
    const logs = gathered.logs.map(({ name }) => name);
    logger.info(
      { window, logs, metrics: JSON.parse(Buffer.from(report.metrics, 'hex').toString()) },
      'window computed',
    );
  }

  private async gatherOrLater(row: WindowRow, irreversible: BlockRef): Promise<Gathered | null> {
    try {
      return await this.gather(row.window);
    } catch (thrown) {
      if (!(thrown instanceof PoolError && UNPROVEN.has(thrown.code))) throw thrown;
      const filing = await findFiling(this.parts.chain, row.window, '', irreversible);
      if (filing.on === 'nowhere') {
        this.tryLater(row, thrown.message);
        throw thrown;
      }
      // Decided without this oracle: no log that comes now would be of use.
      this.skip(row.window, `${unproven(filing)}, and it cannot be compared: ${thrown.message}`);
      return null;
    }
  }

  private async gather(window: number): Promise<Gathered | null> {
    const { logs, journal, chain, pool, clock } = this.parts;
    const keys = (await chain.emitters()).map(({ key }) => key);
    const identity = { chain: await chain.chainId(), pool };
    const tally = (log: string) => journal.tally(log, window);
    return gatherLogs(window, { logs: logs.all, tally, identity, keys, now: clock.now() });
  }

  private async note(
    row: WindowRow,
    filing: Exclude<Filing, { on: 'nowhere' }>,
    irreversible: BlockRef,
  ): Promise<void> {
    const { journal, logger } = this.parts;
    const { window } = row;
    if (filing.on === 'over') return this.skip(window, over(row, filing.through));
    if (filing.on === 'vote') return this.skip(window, filing.why, filing.isLate);
    if (filing.on === 'other') return this.dispute(row, filing.filed, irreversible);
    if (filing.settled !== null) await this.parts.attendance.settled(window, filing.at);
    else if (this.parts.clock.now() >= filing.at + MISSING_AFTER_MS) await this.parts.attendance.waiting(window);
    if (!filing.irreversible) return;
    journal.irreversible(window, filing.settled);
    const how = row.trx === null ? 'the chain has the same report already, from others' : 'report irreversible';
    logger.info({ window, trx: row.trx, settled: filing.settled !== null }, how);
  }

  /** A transaction that can still get in is sent again as it is, so that two of them never compete. */
  private async send(row: WindowRow, irreversible: BlockRef): Promise<boolean> {
    const { window } = row;
    try {
      return await this.push(row, irreversible);
    } catch (thrown) {
      if (thrown instanceof PoolError && thrown.code === 'chain_unreachable') throw thrown;
      const pause = this.tryLater(row, sentence(thrown));
      const text = `the report of window ${window} did not get on the chain: ${sentence(thrown)}`;
      throw new PoolError('report_refused', `${text}; tried again in ${pause / 1000} s`, { window });
    }
  }

  /** Notes why, and gives the ms until the next try. */
  private tryLater({ window, tries }: WindowRow, why: string): number {
    const pause = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(tries, 10));
    this.parts.journal.refused(window, tries + 1, this.parts.clock.now() + pause, why);
    return pause;
  }

  private async push(row: WindowRow, irreversible: BlockRef): Promise<boolean> {
    const { chain, journal, clock, logger } = this.parts;
    const { window } = row;
    const isExpired = row.state === 'sent' && slotTime(irreversible.slot) > (row.expires as number);
    if (isExpired) {
      journal.expired(window);
      logger.warn({ window, trx: row.trx }, 'the report expired before it got on the chain and is sent again');
    }
    const known = row.state === 'sent' && !isExpired;
    // Too late for a new block, and still possible in one that is not irreversible yet: wait for that to be known.
    if (known && clock.now() > (row.expires as number)) return false;
    const transaction = known
      ? (JSON.parse(row.signed as string) as SignedTransaction)
      : await chain.signReport(JSON.parse(row.report as string) as ReportData);
    if (!known) journal.sent(window, transaction);
    const use = await chain.push(transaction);
    if (use) this.parts.uses.add(window, use);
    logger.info({ window, trx: transaction.id, hash: row.hash }, known ? 'report sent again' : 'report sent');
    return true;
  }

  /** `isNews`: somebody should look at it. */
  private skip(window: number, why: string, isNews = true): void {
    const { key, notice } = unreported(window, why);
    if (isNews) this.parts.alarm.tell(key, notice);
    this.parts.journal.end(window, 'skipped', why);
    this.parts.logger.warn({ window }, `window ${window} is not reported: ${why}`);
  }

  private async dispute(row: WindowRow, filed: FiledReport, irreversible: BlockRef): Promise<void> {
    const { window, hash } = row;
    const logs = await this.agreement.explain(row, filed, irreversible);
    if (logs) return this.skip(window, `it was settled with ${filed.hash}, made from ${logs.join(', ')} alone`, false);
    const text = `window ${window} was settled with report ${filed.hash}, this oracle's is ${hash}`;
    const { key, notice } = disputed(window, text);
    this.parts.alarm.tell(key, notice);
    this.parts.journal.end(window, 'disputed', text);
    this.parts.logger.error({ window }, `dispute: ${text}`);
  }
}

function unproven(filing: Exclude<Filing, { on: 'nowhere' }>): string {
  if (filing.on === 'over') return `windows up to ${filing.through} belong to an epoch that is over`;
  return filing.on === 'vote' ? filing.why : 'the chain settled it with the reports of others';
}

function over(row: WindowRow, through: number): string {
  const epoch = `windows up to ${through} belong to an epoch that is over`;
  return row.state === 'sent' ? `its transaction ${row.trx} was not seen irreversible in time, and ${epoch}` : epoch;
}
