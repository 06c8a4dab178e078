import type { Random } from '../../common/random.ts';
import { slotTime } from '../../common/slot.ts';
import { reportHash } from '../../oracle/report/hash.ts';
import type { FiledReport, ReportData } from '../../oracle/source/chain.ts';
import type { FakeChain } from '../unit/oracle/support/fake-chain.ts';

/** A transaction with a report, as a node gets it. */
export interface Pushed {
  id: string;
  report: ReportData;
  /** In ms since 1970. */
  expiresAt: number;
}

/** One that a node took, with the time of the last irreversible block then. */
interface Taken extends Pushed {
  irreversibleAt: number;
}

/** A report that stands in a block. */
export interface Executed extends Pushed {
  /** Of the block, in ms since 1970. */
  at: number;
  slot: number;
}

/**
 * What a chain in memory does with reports: a transaction waits for a block, gets lost now and then, and can be put out of a
 * reversible block by a fork. The contract's part: a report waits for a second equal one, which comes after some rounds; until then another
 * one of the same oracle would take its place, and be a second one in effect.
 */
export class ReportMarket {
  /** In the order of their blocks. */
  executed: Executed[] = [];
  readonly settled = new Map<number, FiledReport>();
  /** Window → oracle → report. */
  readonly open = new Map<number, Map<string, FiledReport>>();
  /** All that the node ever took, by id, in the order of their first coming. */
  readonly taken = new Map<string, Taken>();
  /** How often a fork put a report out of its block, and how often one got lost on its way there. */
  forked = 0;
  lost = 0;
  private waiting: Pushed[] = [];
  private readonly chain: FakeChain;
  private readonly random: Random;

  constructor(chain: FakeChain, random: Random) {
    this.chain = chain;
    this.random = random;
  }

  /** Gives the id; throws in nodeos' words what a node would refuse. */
  push(pushed: Pushed): string {
    const { id, report, expiresAt } = pushed;
    if ([...this.executed, ...this.waiting].some((known) => known.id === id))
      throw new Error(`duplicate transaction ${id}`);
    if (this.chain.now() > expiresAt) throw new Error(`expired transaction ${id}`);
    if (this.settled.has(report.window)) throw new Error(`window ${report.window} is settled`);
    if (!this.taken.has(id)) this.taken.set(id, { ...pushed, irreversibleAt: slotTime(this.chain.lib.slot) });
    if (this.random.below(20) === 0) this.lost++;
    else this.waiting.push(pushed);
    return id;
  }

  /** After each round of the chain: what waits gets into a block, what waits for a second oracle gets it. */
  pass(): void {
    this.fork();
    const { slot } = this.chain.head;
    const at = slotTime(slot);
    for (const pushed of this.waiting.splice(0)) {
      if (at > pushed.expiresAt) continue;
      this.executed.push({ ...pushed, at, slot });
      const { window, oracle, log_root: logRoot } = pushed.report;
      const reports = this.open.get(window) ?? new Map<string, FiledReport>();
      this.open.set(
        window,
        reports.set(oracle, { by: 'report', hash: reportHash(pushed.report), logRoot, at: whole(at) }),
      );
    }
    for (const [window, reports] of this.open) {
      const [report] = reports.values();
      // So late that the report is irreversible.
      if (!report || slotTime(this.chain.lib.slot) < report.at + 20_000) continue;
      this.settled.set(window, { ...report, at: whole(at) });
      this.open.delete(window);
    }
  }

  /** Takes the newest report out of its block, if that can still be: it waits again, or is gone. */
  private fork(): void {
    const newest = this.executed.at(-1);
    if (!newest || newest.slot <= this.chain.lib.slot + 1 || this.random.below(10) > 0) return;
    this.executed.pop();
    this.forked++;
    this.open.get(newest.report.window)?.delete(newest.report.oracle);
    if (this.random.below(2) === 0) this.waiting.push(newest);
  }
}

/** The contract's times are whole seconds. */
function whole(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
