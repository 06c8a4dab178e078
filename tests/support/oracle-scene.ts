import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../../cli/run/options.ts';
import { PoolRun } from '../../cli/run/pool-run.ts';
import { oracleProgram } from '../../cli/run/programs.ts';
import type { ChainClient } from '../../common/chain.ts';
import { type Clock, clockFrom } from '../../common/clock.ts';
import { firstSlot, lastSlot, slotAt, slotOfTimestamp, slotTime, windowOf } from '../../common/slot.ts';
import { readTable } from '../../common/tables.ts';
import type { WindowMetrics } from '../../oracle/metrics/types.ts';
import { firstReporters } from '../../oracle/peers/turns.ts';
import { metricsOf } from '../../oracle/report/build.ts';
import type { ReportData } from '../../oracle/source/chain.ts';
import { OracleProcess } from './oracle-process.ts';
import { until } from './processes.ts';

const ORACLES = ['oracle1', 'oracle2', 'oracle3'];
const LOOK_MS = 50;

export interface OracleOptions {
  /** Windows before it are left alone. */
  from: number;
  /** A file of this repository; the real oracle when left out. */
  entry?: string;
  env?: Record<string, string>;
  /** Name of its journal, in the run's folder; each start has a new one when left out. */
  journal?: string;
}

/** A report that stands in a block. */
export interface OnChain {
  oracle: string;
  window: number;
  eligible: string;
  metrics: WindowMetrics;
  /** Time of its block, in ms since 1970. */
  at: number;
}

/** Columns of a settled window in the contract. */
export interface SettledRow {
  window: number | string;
  reports: number;
  hash: string;
  eligible: string;
}

/** A real pool with three oracles in its contract, none of which runs: tests start and end them as they like. One other producer: a window every 12 s. */
export class OracleScene {
  readonly run: PoolRun;
  readonly dir: string;
  /** When each of the pool's windows became irreversible at the public node, by the run's clock. */
  readonly irreversibleAt = new Map<number, number>();
  private readonly oracles: OracleProcess[] = [];
  private journals = 0;
  private over = false;
  private clockOrNull: Clock | null = null;

  constructor(options: Partial<RunOptions> = {}) {
    this.dir = mkdtempSync(path.join(tmpdir(), 'bppool-oracles-'));
    const size = { members: 3, producers: 1, oracles: ORACLES.length };
    const rules = { strategy: 'first-delivered', mode: 'propose', seed: 7, restart: 'members' } as const;
    const programs = { ...Object.fromEntries(ORACLES.map((name) => [name, null])), ...options.programs };
    this.run = new PoolRun({ dir: this.dir, ...size, ...rules, ...options, programs }, (text) =>
      process.stderr.write(`${text}\n`),
    );
  }

  async start(): Promise<void> {
    await this.run.start();
    await OracleProcess.compile(this.dir);
    this.clockOrNull = clockFrom(this.run.state.clockShiftFile);
    void this.watch();
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.endOracles();
    await this.run.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  get chain(): ChainClient {
    return this.run.chain();
  }

  get clock(): Clock {
    if (!this.clockOrNull) throw new Error('the pool does not run yet');
    return this.clockOrNull;
  }

  /** The pool's next window that has not begun. */
  get nextWindow(): number {
    const { first, round } = this.run.turns;
    const begun = windowOf(slotAt(this.clock.now()) + 1);
    return Math.max(first, begun + round - ((((begun - first) % round) + round) % round));
  }

  /** So many of the pool's windows, from one on. */
  windows(from: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => from + i * this.run.turns.round);
  }

  /** Until the run's clock is so many ms past the time of a window's slot. */
  async untilSlot(window: number, slot: number, ms = 0): Promise<void> {
    await sleep(Math.max(0, slotTime(firstSlot(window) + slot) + ms - this.clock.now()));
  }

  oracle(account: string, { from, entry, env = {}, journal }: OracleOptions): OracleProcess {
    const own = this.run.state.oracles.find((each) => each.account === account);
    if (!own) throw new Error(`there is no ${account}`);
    const program = oracleProgram(this.run.surroundings, own);
    const file = path.join(this.dir, journal ?? `journal-${++this.journals}.sqlite`);
    const told = { ...program.env, ORACLE_FIRST_WINDOW: String(from), ORACLE_JOURNAL: file, ...env };
    const oracle = new OracleProcess(this.dir, told, entry);
    this.oracles.push(oracle);
    return oracle;
  }

  /** kill -9 for all of them. */
  async endOracles(): Promise<void> {
    await Promise.all(this.oracles.splice(0).map((oracle) => oracle.kill()));
  }

  /** Waits until the pool's window is irreversible at the public node. */
  async untilIrreversible(window: number): Promise<void> {
    await until(`window ${window} to be irreversible`, () => this.irreversibleAt.has(window));
  }

  /** Waits until a report of an oracle waits for others. */
  async untilFiled(window: number, oracle: string): Promise<void> {
    await until(`a report of ${oracle}`, async () => {
      const rows = await readTable<{ oracle: string }>(this.chain, this.run.state.dac, String(window), 'reports');
      return rows.some((row) => row.oracle === oracle);
    });
  }

  async settled(window: number): Promise<SettledRow | null> {
    const { dac } = this.run.state;
    const key = String(window);
    const bounds = { lower_bound: key, upper_bound: key };
    return (await readTable<SettledRow>(this.chain, dac, dac, 'windows', bounds))[0] ?? null;
  }

  async untilSettled(windows: number[]): Promise<SettledRow[]> {
    const rows: SettledRow[] = [];
    for (const window of windows)
      await until(`the settlement of window ${window}`, async () => {
        const row = await this.settled(window);
        if (row) rows.push(row);
        return row !== null;
      });
    return rows;
  }

  /** All reports of some windows in blocks, in order, once the blocks up to now are there (irreversible, but with `head`). */
  async reports(windows: number[], upTo: 'irreversible' | 'head' = 'irreversible'): Promise<OnChain[]> {
    const { chain } = this;
    // What a table shows can stand in the block that is being made, which is one above the head at least.
    const now = (await chain.info()).head_block_num + 2;
    const reached = async () => {
      const info = await chain.info();
      return (upTo === 'head' ? info.head_block_num : info.last_irreversible_block_num) >= now;
    };
    await until(`block ${now} to be ${upTo}`, reached);
    const first = firstSlot(windows[0] ?? 0);
    const found: OnChain[] = [];
    for (let num = now; ; num--) {
      const block = (await chain.block(num)) as unknown as ReportBlock;
      if (slotOfTimestamp(block.timestamp) < first) return found.reverse();
      for (const report of reportsIn(block, this.run.state.dac).reverse())
        if (windows.includes(report.window)) found.push(report);
    }
  }

  /** Ms from a window's irreversibility to the block with the report of an oracle whose turn it was; who stands in for a dead one waits first. */
  delays(reports: OnChain[]): number[] {
    const inTurn = reports.filter(({ oracle, window }) => firstReporters([...ORACLES], window).includes(oracle));
    return inTurn.map(({ window, at }) => at - (this.irreversibleAt.get(window) ?? Number.NaN));
  }

  /** A window's state in an oracle's journal, and the note on it. */
  journalRow(journal: string, window: number): { state: string; note: string | null } | undefined {
    const db = new DatabaseSync(path.join(this.dir, journal), { readOnly: true, timeout: 2000 });
    try {
      return db.prepare('SELECT state, note FROM windows WHERE window = ?').get(window) as never;
    } finally {
      db.close();
    }
  }

  private async watch(): Promise<void> {
    const { first, round } = this.run.turns;
    let next = first;
    while (!this.over) {
      // The public node may be frozen, or ending.
      const slot = await this.irreversibleSlot().catch(() => 0);
      for (; slot > lastSlot(next); next += round) this.irreversibleAt.set(next, this.clock.now());
      await sleep(LOOK_MS);
    }
  }

  private async irreversibleSlot(): Promise<number> {
    const { chain } = this;
    return slotOfTimestamp((await chain.block((await chain.info()).last_irreversible_block_num)).timestamp);
  }
}

interface ReportBlock {
  timestamp: string;
  transactions: {
    status: string;
    trx: { transaction: { actions: { account: string; name: string; data: ReportData }[] } } | string;
  }[];
}

function reportsIn({ timestamp, transactions }: ReportBlock, dac: string): OnChain[] {
  return transactions.flatMap(({ status, trx }) => {
    if (typeof trx === 'string' || status !== 'executed') return [];
    return trx.transaction.actions
      .filter(({ account, name }) => account === dac && name === 'report')
      .map(({ data }) => {
        const { oracle, eligible } = data;
        const at = Date.parse(`${timestamp}Z`);
        return { oracle, window: Number(data.window), eligible, metrics: metricsOf(data), at };
      });
  });
}
