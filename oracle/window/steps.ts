import { PoolError, sentence } from '../../common/errors.ts';
import { slotTime } from '../../common/slot.ts';
import { type Gathered, gatherLogs } from '../logs/gather.ts';
import type { BlockRef, FiledReport, ReportData, SignedTransaction } from '../source/chain.ts';
import { Agreement } from './agreement.ts';
import { type Filing, findFiling, votedOn } from './filing.ts';
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
   * `unsigned_root` or `false_signer` when no log proves it; all are tried again later. What else it throws is not this window's fault.
   */
  async advance(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { journal, clock } = this.parts;
    if (row.state === 'seen') {
      if (clock.now() < row.retry_at) return;
      await this.compute(row, irreversible);
    }
    const computed = journal.get(row.window) as WindowRow;
    if (computed.state !== 'computed' && computed.state !== 'sent') return;
    const filing = await findFiling(this.parts.chain, row.window, computed.hash as string, irreversible);
    if (filing.on !== 'nowhere') return this.note(computed, filing, irreversible);
    if (clock.now() < computed.retry_at) return;
    if (computed.state === 'computed') await this.agreement.reconsider(computed, irreversible);
    await this.send(journal.get(row.window) as WindowRow, irreversible);
  }

  /** Looks whether a window that waited for other oracles is settled, and whether their reports are others. */
  async watch(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { chain, journal } = this.parts;
    const settled = await chain.settled(row.window);
    const voted = settled && votedOn(settled);
    if (voted) return this.skip(row.window, voted);
    if (settled?.hash === row.hash) return journal.settled(row.window, settled.hash);
    if (settled) return this.dispute(row, settled, irreversible);
    if (row.window <= (await chain.config()).closingThrough) return this.skip(row.window, 'its epoch ended unsettled');
    await this.agreement.reconsider(row, irreversible);
  }

  private async compute(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { journal, logger, stages } = this.parts;
    const { window } = row;
    const gathered = await this.gatherOrLater(row);
    if (!gathered) return;
    const report = await stages.compute(window, gathered.logs, irreversible);
    if ('skip' in report) return this.skip(window, report.skip);
    for (const { name, why } of gathered.left)
      logger.warn({ window, log: name }, `window ${window} is reported without the log ${name}: ${why}`);
    journal.computed(window, report, stages.hash(report));
    const logs = gathered.logs.map(({ name }) => name);
    logger.info(
      { window, logs, metrics: JSON.parse(Buffer.from(report.metrics, 'hex').toString()) },
      'window computed',
    );
  }

  private async gatherOrLater(row: WindowRow): Promise<Gathered | null> {
    try {
      return await this.gather(row.window);
    } catch (thrown) {
      if (thrown instanceof PoolError && UNPROVEN.has(thrown.code)) this.tryLater(row, thrown.message);
      throw thrown;
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
    if (filing.on === 'vote') return this.skip(window, filing.why);
    if (filing.on === 'other') return this.dispute(row, filing.filed, irreversible);
    if (!filing.irreversible) return;
    journal.irreversible(window, filing.settled);
    logger.info({ window, trx: row.trx, settled: filing.settled !== null }, 'report irreversible');
  }

  /** A transaction that can still get in is sent again as it is, so that two of them never compete. */
  private async send(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { window } = row;
    try {
      await this.push(row, irreversible);
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

  private async push(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { chain, journal, clock, logger } = this.parts;
    const { window } = row;
    const isExpired = row.state === 'sent' && slotTime(irreversible.slot) > (row.expires as number);
    if (isExpired) {
      journal.expired(window);
      logger.warn({ window, trx: row.trx }, 'the report expired before it got on the chain and is sent again');
    }
    const known = row.state === 'sent' && !isExpired;
    // Too late for a new block, and still possible in one that is not irreversible yet: wait for that to be known.
    if (known && clock.now() > (row.expires as number)) return;
    const transaction = known
      ? (JSON.parse(row.signed as string) as SignedTransaction)
      : await chain.signReport(JSON.parse(row.report as string) as ReportData);
    if (!known) journal.sent(window, transaction);
    await chain.push(transaction);
    logger.info({ window, trx: transaction.id, hash: row.hash }, known ? 'report sent again' : 'report sent');
  }

  private skip(window: number, why: string): void {
    this.parts.journal.end(window, 'skipped', why);
    this.parts.logger.warn({ window }, `window ${window} is not reported: ${why}`);
  }

  private async dispute(row: WindowRow, filed: FiledReport, irreversible: BlockRef): Promise<void> {
    const { window, hash } = row;
    const logs = await this.agreement.explain(row, filed, irreversible);
    if (logs) return this.skip(window, `it was settled with ${filed.hash}, made from ${logs.join(', ')} alone`);
    const text = `window ${window} was settled with report ${filed.hash}, this oracle's is ${hash}`;
    this.parts.journal.end(window, 'disputed', text);
    this.parts.logger.error({ window }, `dispute: ${text}`);
  }
}

function over(row: WindowRow, through: number): string {
  const epoch = `windows up to ${through} belong to an epoch that is over`;
  return row.state === 'sent' ? `its transaction ${row.trx} was not seen irreversible in time, and ${epoch}` : epoch;
}
