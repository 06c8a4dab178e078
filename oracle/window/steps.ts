import { PoolError, sentence } from '../../common/errors.ts';
import { slotTime } from '../../common/slot.ts';
import type { BlockRef, ReportData, SignedTransaction } from '../source/chain.ts';
import { type Filing, findFiling, votedOn } from './filing.ts';
import type { WindowRow } from './schema.ts';
import { requireSignedRoot } from './signed-root.ts';
import type { JobParts } from './stages.ts';

/** A node bills an account for transactions that fail: pauses between tries grow from the first to the second. */
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 300_000;

/** The way of one window: seen → computed → sent → irreversible. Each arrow is in the journal before the next is tried. */
export class WindowSteps {
  private readonly parts: JobParts;

  constructor(parts: JobParts) {
    this.parts = parts;
  }

  /**
   * Takes a window as far as it can go now. Throws PoolError `report_refused` when the chain does not take the report, and
   * `unsigned_root` when the log does not prove it; both are tried again later. What else it throws is not this window's fault.
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
    if (filing.on !== 'nowhere') return this.note(computed, filing);
    if (clock.now() < computed.retry_at) return;
    await this.send(computed, irreversible);
  }

  /** Looks whether a window that waited for other oracles is settled. */
  async watch(row: WindowRow): Promise<void> {
    const { chain, journal } = this.parts;
    const settled = await chain.settled(row.window);
    const voted = settled && votedOn(settled);
    if (voted) this.skip(row.window, voted);
    else if (settled?.hash === row.hash) journal.settled(row.window, settled.hash);
    else if (settled) this.dispute(row, settled.hash);
    else if (row.window <= (await chain.config()).closingThrough) this.skip(row.window, 'its epoch ended unsettled');
  }

  private async compute(row: WindowRow, irreversible: BlockRef): Promise<void> {
    const { log, journal, logger, stages, chain, pool } = this.parts;
    const { window, digest } = row;
    const { records, after } = log.closedWindow(window, digest);
    const report = await stages.compute(window, records, log.around(records), irreversible);
    if ('skip' in report) return this.skip(window, report.skip);
    const identity = { chain: await chain.chainId(), pool };
    const keys = await chain.emitterKeys();
    try {
      requireSignedRoot(identity, window, records, after, keys);
    } catch (thrown) {
      this.tryLater(row, sentence(thrown));
      throw thrown;
    }
    journal.computed(window, report, stages.hash(report));
    logger.info({ window, metrics: JSON.parse(Buffer.from(report.metrics, 'hex').toString()) }, 'window computed');
  }

  private note(row: WindowRow, filing: Exclude<Filing, { on: 'nowhere' }>): void {
    const { journal, logger } = this.parts;
    const { window } = row;
    if (filing.on === 'over') return this.skip(window, over(row, filing.through));
    if (filing.on === 'vote') return this.skip(window, filing.why);
    if (filing.on === 'other') return this.dispute(row, filing.settled);
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

  private dispute({ window, hash }: WindowRow, settled: string): void {
    const text = `window ${window} was settled with report ${settled}, this oracle's is ${hash}`;
    this.parts.journal.end(window, 'disputed', text);
    this.parts.logger.error({ window }, `dispute: ${text}`);
  }
}

function over(row: WindowRow, through: number): string {
  const epoch = `windows up to ${through} belong to an epoch that is over`;
  return row.state === 'sent' ? `its transaction ${row.trx} was not seen irreversible in time, and ${epoch}` : epoch;
}
