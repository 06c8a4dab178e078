import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PoolEvent } from '../../../../common/events.ts';
import { makeLogger } from '../../../../common/logger.ts';
import { SqliteStore } from '../../../../emitter/log/store.ts';
import type { Alarm } from '../../../../oracle/alerts/alert.ts';
import { type ComputeContext, computeReport } from '../../../../oracle/compute.ts';
import type { ClusterLogs } from '../../../../oracle/logs/cluster.ts';
import { Logs } from '../../../../oracle/logs/logs.ts';
import { Attendance } from '../../../../oracle/peers/attendance.ts';
import { reportHash } from '../../../../oracle/report/hash.ts';
import { isIrreversible } from '../../../../oracle/source/blocks.ts';
import { WindowJob } from '../../../../oracle/window/job.ts';
import { Journal } from '../../../../oracle/window/journal.ts';
import type { JobParts, Stages } from '../../../../oracle/window/stages.ts';
import { logKey, POOL, signedRoot, WINDOW } from './events.ts';
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
  'openReports',
  'signReport',
  'push',
]);
const logger = makeLogger('oracle', 'silent');

/** An emitter's log in a file. */
export class TestLog {
  readonly file: string;
  readonly store: SqliteStore;
  private readonly key: typeof logKey;

  constructor(file: string, key = logKey) {
    this.file = file;
    this.key = key;
    this.store = new SqliteStore(file, 'process');
  }

  /** `rootAfter`: ms after a window's end at which its root is signed; null: it is not. */
  append(window: number | null, events: PoolEvent[], rootAfter: number | null = 1800): void {
    this.store.append(events.map((event) => ({ window, event })));
    const closes = events.some(({ type }) => type === 'window');
    if (window === null || !closes || rootAfter === null) return;
    this.sign(window, rootAfter);
  }

  sign(window: number, rootAfter: number): void {
    const event = signedRoot(window, this.store.window(window), this.key, rootAfter);
    this.store.append([{ window, event }]);
  }
}

/** Event logs in files, a chain in memory, and an oracle between them that can be killed and started again. */
export class TestPool {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'oracle-test-'));
  readonly logFile = path.join(this.dir, 'events.sqlite');
  readonly log = new TestLog(this.logFile);
  readonly store = this.log.store;
  /** Of further emitters, which the oracle reads as well. */
  readonly otherLogs: TestLog[] = [];
  /** The logs in a cluster, when there is one. */
  cluster: ClusterLogs | null = null;
  readonly chain: FakeChain;
  /** The emitter signs the roots of the windows it closes. */
  signs = true;
  firstWindow = 0;
  /** An oracle is its account and its journal. */
  account = 'oracle1';
  journalFile = path.join(this.dir, 'journal.sqlite');
  /** What the oracle is given of members' receipts, and who is told of findings and of reports that follow from nothing. */
  receipts: ComputeContext['receipts'];
  onFound: ComputeContext['onFound'];
  onForeign: JobParts['onForeign'];
  /** How many more of the steps in STEPS the oracle may take before it is killed. */
  stepsLeft = Number.POSITIVE_INFINITY;

  /** What was told: "kind key", or "kind name" of a state that began. */
  readonly told: string[] = [];
  readonly alarm: Alarm = {
    tell: (key, { kind }) => this.told.push(`${kind} ${key}`),
    hold: (name, notice) => this.told.push(notice ? `${notice.kind} ${name}` : `over ${name}`),
  };

  constructor(missed: number[] = []) {
    this.chain = new FakeChain(WINDOW - 4, missed);
  }

  append(window: number | null, events: PoolEvent[]): void {
    this.log.append(window, events, this.signs ? 1800 : null);
  }

  /** A further emitter with a key of its own, which the contract names. */
  addEmitter(key: typeof logKey): TestLog {
    const log = new TestLog(path.join(this.dir, `events-${this.otherLogs.length + 2}.sqlite`), key);
    this.otherLogs.push(log);
    this.chain.logKeys.push(key.id);
    return log;
  }

  files = () => [this.logFile, ...this.otherLogs.map(({ file }) => file)];

  /** A process that makes `runs` runs; a Killed from the chain ends it in the middle, as kill -9 would. `files`: the logs it reads. */
  async oracle(runs = 1, files = this.files()): Promise<void> {
    const journal = new Journal(this.journalFile);
    const mortal = this.mortal(journal);
    const logs = new Logs({ files, cluster: this.cluster }, mortal, logger);
    const chain = this.mortal(this.chain);
    const { firstWindow, account, alarm } = this;
    const lookup = (version: number) => journal.knownSchedule(version);
    const told = { ...(this.receipts && { receipts: this.receipts }), ...(this.onFound && { onFound: this.onFound }) };
    const context = { chain, oracle: account, pool: POOL, lookup, ...told };
    const compute: Stages['compute'] = (...window) => computeReport(context, ...window);
    const stages = { isIrreversible, compute, hash: reportHash };
    const clock = { now: () => this.chain.now() };
    const attendance = new Attendance({ chain, table: journal.attendance, account, limit: 3, alarm, clock });
    const sides = { chain, journal: mortal, logs, stages, clock, logger, attendance, uses: journal.uses, alarm };
    const { onForeign } = this;
    const names = { account, dac: 'pooldac', pool: POOL };
    const job = new WindowJob({ ...sides, firstWindow, ...names, ...(onForeign && { onForeign }) });
    try {
      for (let i = 0; i < runs; i++) await job.run();
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
    } finally {
      await logs.close();
      journal.close();
    }
  }

  row(window = WINDOW) {
    const journal = new Journal(this.journalFile);
    try {
      return journal.get(window);
    } finally {
      journal.close();
    }
  }

  /** Windows in a row that each other oracle missed, by the journal. */
  attendance(): Map<string, number> {
    const journal = new Journal(this.journalFile);
    try {
      return journal.attendance.all();
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
    for (const { store } of [this.log, ...this.otherLogs]) store.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
