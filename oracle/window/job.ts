import { PoolError } from '../../common/errors.ts';
import type { BlockRef } from '../source/chain.ts';
import { unreported } from './notices.ts';
import type { WindowRow } from './schema.ts';
import type { JobParts } from './stages.ts';
import { WindowSteps } from './steps.ts';

const UNCLOSED = 'there are records of it and no closing one: the emitter was not there at its end';

/** The contract does not take its report; no log of it has a root with a signature that counts; its only log names false signers. */
const OF_ONE_WINDOW = new Set(['report_refused', 'unsigned_root', 'false_signer']);

/** One run: takes every window that can go on one step or more on, oldest first, and ends. */
export class WindowJob {
  private readonly parts: JobParts;
  private readonly steps: WindowSteps;
  private checked = false;

  constructor(parts: JobParts) {
    this.parts = parts;
    this.steps = new WindowSteps(parts);
  }

  /**
   * Throws what makes the whole run pointless (PoolError `log_broken`, `chain_unreachable`, …); the next run goes on where
   * this one ended. `stopped` is asked between windows.
   */
  async run(stopped: () => boolean = () => false): Promise<void> {
    const { chain, journal, stages, firstWindow } = this.parts;
    await this.checkOnce();
    await this.readLogs();
    const schedule = await chain.schedule();
    journal.rememberSchedule(schedule.version, schedule.producers);
    const irreversible = await chain.irreversible();
    const rows = journal.inState(['seen', 'computed', 'sent'], firstWindow);
    const due = rows.filter(({ window }) => stages.isIrreversible(window, irreversible));
    // With several to catch up with they are reported in order, whoever's turn they are.
    const mayWait = due.filter(({ state }) => state === 'seen').length === 1;
    for (const row of due) {
      if (stopped()) break;
      if (!(await this.take(row, irreversible, mayWait))) break;
    }
    for (const row of journal.unsettled()) {
      if (stopped()) break;
      await this.steps.watch(row, irreversible);
    }
  }

  /** False: the windows after it have to wait for it. */
  private async take(row: WindowRow, irreversible: BlockRef, mayWait: boolean): Promise<boolean> {
    try {
      return await this.steps.advance(row, irreversible, mayWait);
    } catch (thrown) {
      // What is wrong with one window must not keep the others from their pay; anything else ends the run.
      if (!(thrown instanceof PoolError && OF_ONE_WINDOW.has(thrown.code))) throw thrown;
      this.parts.logger.error({ window: row.window }, thrown.message);
      return true;
    }
  }

  private async readLogs(): Promise<void> {
    const { chain, logs, journal, logger, alarm } = this.parts;
    const emitters = await chain.emitters();
    await logs.catchUp(emitters.map(({ account }) => account));
    // One that could not be read may have closed it.
    if (logs.all.some(({ problem }) => problem)) return;
    for (const { window } of journal.abandon(UNCLOSED)) {
      logger.error({ window }, `window ${window} had blocks and cannot be reported: ${UNCLOSED}`);
      const { key, notice } = unreported(window, UNCLOSED);
      alarm.tell(key, notice);
    }
  }

  /** Wrong wiring would write wrong pay: the chain must be the journal's, and the contract the pool's. */
  private async checkOnce(): Promise<void> {
    if (this.checked) return;
    const { chain, journal, account, dac, pool } = this.parts;
    const { producer } = await chain.config();
    if (producer !== pool) {
      throw new PoolError(
        'config',
        `${dac} runs the pool ${producer}, but ORACLE_POOL says ${pool}: correct one of them`,
      );
    }
    journal.claim(`${account} of ${dac} on chain ${await chain.chainId()}`);
    this.checked = true;
  }
}
