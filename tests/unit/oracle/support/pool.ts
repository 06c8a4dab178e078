import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PoolEvent } from '../../../../common/events.ts';
import { makeLogger } from '../../../../common/logger.ts';
import { SqliteStore } from '../../../../emitter/log/store.ts';
import { computeReport } from '../../../../oracle/compute.ts';
import { reportHash } from '../../../../oracle/report/hash.ts';
import { isIrreversible } from '../../../../oracle/source/blocks.ts';
import { WindowJob } from '../../../../oracle/window/job.ts';
import { Journal } from '../../../../oracle/window/journal.ts';
import { LogSource } from '../../../../oracle/window/log-source.ts';
import type { Stages } from '../../../../oracle/window/stages.ts';
import { POOL, signedRoot, WINDOW } from './events.ts';
import { FakeChain, Killed } from './fake-chain.ts';

const WRITES = ['claim', 'advance', 'abandon', 'rememberSchedule', 'computed', 'sent', 'irreversible'];
const STEPS = new Set([
  ...WRITES,
  'config',
  'irreversible',
  'block',
  'seats',
  'settled',
  'ownReport',
  'signReport',
  'push',
]);
const logger = makeLogger('oracle', 'silent');

/** An event log in a file, a chain in memory, and an oracle between them that can be killed and started again. */
export class TestPool {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'oracle-test-'));
  readonly logFile = path.join(this.dir, 'events.sqlite');
  readonly store = new SqliteStore(this.logFile, 'process');
  readonly chain: FakeChain;
  /** The emitter signs the roots of the windows it closes. */
  signs = true;
  firstWindow = 0;
  account = 'oracle1';
  /** How many more of the steps in STEPS the oracle may take before it is killed. */
  stepsLeft = Number.POSITIVE_INFINITY;

  constructor(missed: number[] = []) {
    this.chain = new FakeChain(WINDOW - 4, missed);
  }

  append(window: number | null, events: PoolEvent[]): void {
    this.store.append(events.map((event) => ({ window, event })));
    const closes = events.some(({ type }) => type === 'window');
    if (window === null || !closes || !this.signs) return;
    this.store.append([{ window, event: signedRoot(window, this.store.window(window)) }]);
  }

  /** A process that makes `runs` runs; a Killed from the chain ends it in the middle, as kill -9 would. */
  async oracle(runs = 1): Promise<void> {
    const journal = new Journal(path.join(this.dir, 'journal.sqlite'));
    const mortal = this.mortal(journal);
    const log = new LogSource(this.logFile, mortal);
    const chain = this.mortal(this.chain);
    const { firstWindow, account } = this;
    const lookup = (version: number) => journal.knownSchedule(version);
    const context = { chain, oracle: account, pool: POOL, lookup };
    const compute: Stages['compute'] = (...window) => computeReport(context, ...window);
    const stages = { isIrreversible, compute, hash: reportHash };
    const clock = { now: () => this.chain.now() };
    const sides = { chain, journal: mortal, log, stages, clock, logger };
    const job = new WindowJob({ ...sides, firstWindow, account, dac: 'pooldac', pool: POOL });
    try {
      for (let i = 0; i < runs; i++) await job.run();
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
    } finally {
      log.close();
      journal.close();
    }
  }

  row(window = WINDOW) {
    const journal = new Journal(path.join(this.dir, 'journal.sqlite'));
    try {
      return journal.get(window);
    } finally {
      journal.close();
    }
  }

  /** The same object, whose methods named in STEPS are where a process can be killed. */
  private mortal<T extends object>(target: T): T {
    const get = (_: T, name: string | symbol) => {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...values: unknown[]) => {
        if (STEPS.has(String(name)) && this.stepsLeft-- <= 0) throw new Killed();
        return Reflect.apply(value, target, values);
      };
    };
    return new Proxy(target, { get });
  }

  [Symbol.dispose](): void {
    this.store.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
