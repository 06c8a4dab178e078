import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, seededRandom } from '../../common/random.ts';
import { firstSlot, slotTime } from '../../common/slot.ts';
import { KeyRing } from '../../devnet/keys.ts';
import { goodWindow, POOL, WINDOW } from '../unit/oracle/support/events.ts';
import { FakeChain } from '../unit/oracle/support/fake-chain.ts';
import { TestLog } from '../unit/oracle/support/pool.ts';
import { ApiGate } from './api-gate.ts';
import { DAC, FakeNode } from './fake-node.ts';
import { OracleProcess } from './oracle-process.ts';
import { ReportMarket } from './report-market.ts';

/** The chain goes on by a window of 6 s each time, so it is 60 times as fast as a real one. */
const TICK_MS = 100;
const ROUND = 4;
const MOST_BEHIND = 8;
/** After its first request; a life that its moment does not come in ends here. */
const LONGEST_LIFE_MS = 5000;
const PUSH = '/v1/chain/push_transaction';

/** When an oracle is killed: some time after its first request, or at a request that it makes, before or after the node did what it asks for. */
type Moment = { ms: number } | { request: number; done: boolean } | { push: true; done: boolean };

/**
 * The real oracle's process, with its journal, an emitter's log that grows, and a chain in memory behind a node's HTTP API, which goes on whatever
 * happens to the oracle. `die` gives it a life and takes it.
 */
export class KillLoop {
  readonly chain = new FakeChain(WINDOW - ROUND);
  readonly market: ReportMarket;
  /** Those that are to be reported. */
  readonly windows: number[] = [];
  /** Where it was killed, for people: request or time → how often. */
  readonly places = new Map<string, number>();
  readonly journal: string;
  private readonly dir: string;
  private readonly random: Random;
  private readonly node: ApiGate;
  private readonly log: TestLog;
  /** The next window of the pool's. */
  private next = WINDOW;
  private goesOn = true;
  /** The chain stands still, as if no time had passed since the last life. */
  private stands = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(dir: string, seed: number) {
    mkdirSync(dir, { recursive: true });
    this.dir = dir;
    this.journal = path.join(dir, 'journal.sqlite');
    this.random = seededRandom(seed);
    this.market = new ReportMarket(this.chain, seededRandom(seed + 1));
    this.node = new ApiGate(new FakeNode(this.chain, this.market).handle);
    this.log = new TestLog(path.join(dir, 'events.sqlite'));
    writeFileSync(path.join(dir, 'oracle.key'), new KeyRing(seed).pair('oracle1').private, { mode: 0o600 });
  }

  async start(): Promise<this> {
    await OracleProcess.compile(this.dir);
    await this.node.start();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    return this;
  }

  /** One life of the oracle, which ends by kill -9. */
  async die(): Promise<void> {
    const moment = this.draw();
    // What the life before sent is then still on its way when this one looks.
    const standsFor = this.random.below(2) === 0 ? this.random.below(80) : 0;
    this.stands = standsFor > 0;
    const oracle = this.oracle();
    const began = Promise.withResolvers<void>();
    const fell = Promise.withResolvers<string>();
    let requests = 0;
    this.node.gate = async (pathname, work) => {
      began.resolve();
      requests++;
      this.stands &&= requests < standsFor;
      const isIt = 'push' in moment ? pathname === PUSH : 'request' in moment && requests === moment.request;
      if (!isIt || !oracle.runs) return work();
      const { done } = moment as { done: boolean };
      if (done) await work();
      this.stands = true;
      await oracle.kill();
      fell.resolve(`${pathname.replace('/v1/chain/', '')} ${done ? 'done' : 'not done'}`);
      return null;
    };
    const late = began.promise.then(async () => {
      await sleep('ms' in moment ? moment.ms : LONGEST_LIFE_MS);
      await oracle.kill();
      return 'at some ms';
    });
    const place = await Promise.race([fell.promise, late]);
    this.places.set(place, (this.places.get(place) ?? 0) + 1);
  }

  /** A second process of the same oracle; gives what it said, once it has ended. */
  async second(): Promise<string> {
    const oracle = this.oracle();
    await oracle.exited;
    return oracle.said;
  }

  /** A life that nobody ends, until a condition holds. */
  async live(until: () => boolean): Promise<OracleProcess> {
    this.node.gate = (_, work) => work();
    this.stands = false;
    const oracle = this.oracle();
    try {
      while (!until() && oracle.runs) await sleep(TICK_MS);
    } finally {
      await oracle.stop();
    }
    return oracle;
  }

  /** The emitter makes no more windows. */
  endWindows(): void {
    this.goesOn = false;
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.node.stop();
    this.log.store.close();
  }

  private tick(): void {
    if (this.stands) return;
    this.chain.pass(1);
    this.market.pass();
    for (; this.chain.now() > slotTime(firstSlot(this.next + 1)); this.next += ROUND) this.makeWindow(this.next);
    const shift = Math.floor((this.chain.now() - Date.now()) / 1000);
    writeFileSync(path.join(this.dir, 'clock'), `${shift}\n`);
  }

  /** None when the oracle is so far behind that it would not be through at the end. */
  private makeWindow(window: number): void {
    const known = this.market.settled.size + this.market.open.size;
    if (!this.goesOn || this.windows.length - known > MOST_BEHIND) return;
    this.log.append(window, goodWindow(window));
    this.windows.push(window);
  }

  private oracle(): OracleProcess {
    return new OracleProcess(this.dir, {
      ORACLE_ACCOUNT: 'oracle1',
      ORACLE_KEY_FILE: 'oracle.key',
      ORACLE_DAC: DAC,
      ORACLE_POOL: POOL,
      ORACLE_CHAIN_API: this.node.url,
      ORACLE_EVENT_LOG: 'events.sqlite',
      ORACLE_JOURNAL: this.journal,
      ORACLE_CRON: '* * * * * *',
      CLOCK_SHIFT_FILE: 'clock',
    });
  }

  private draw(): Moment {
    const { random } = this;
    const done = random.below(2) === 0;
    const kind = random.below(4);
    if (kind === 0) return { ms: random.below(2000) };
    if (kind === 1) return { push: true, done };
    return { request: 1 + random.below(60), done };
  }
}
