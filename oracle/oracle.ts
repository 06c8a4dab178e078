import type { Server } from 'node:http';
import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import { freeBytesBeside } from '../common/disk.ts';
import type { Logger } from '../common/logger.ts';
import { firstSlot, slotTime } from '../common/slot.ts';
import { ResourceWatch } from './account/resources.ts';
import { type ComputeContext, computeReport } from './compute.ts';
import type { OracleConfig } from './config.ts';
import { type EvidenceKeeping, keepEvidence } from './evidence-keeping.ts';
import { type Health, serveHttp } from './http.ts';
import { Keeper } from './keeper/keep.ts';
import { NodeKeeper } from './keeper/node-keeper.ts';
import { loadProfile } from './keeper/profile.ts';
import { ClusterLogs } from './logs/cluster.ts';
import { Logs } from './logs/logs.ts';
import { Attendance } from './peers/attendance.ts';
import { makeMetrics, type Readings } from './prometheus.ts';
import { reportHash } from './report/hash.ts';
import { isIrreversible } from './source/blocks.ts';
import { NodeChain } from './source/node-chain.ts';
import { Sources, type SourcesStatus } from './source/sources.ts';
import { Survey } from './survey.ts';
import { makeTelling, type Telling } from './telling.ts';
import { Timetable } from './timetable.ts';
import { WindowJob } from './window/job.ts';
import { Journal } from './window/journal.ts';
import { lockJournal } from './window/lock.ts';
import type { Stages } from './window/stages.ts';

/** Less than what a supervisor usually grants between SIGTERM and SIGKILL. */
const GRACE_MS = 4000;
/** An account's CPU or a node's head do not change faster than matters here. */
const SURVEY_CRON = '*/15 * * * * *';

interface Job {
  name: string;
  cron: string;
  run: () => Promise<void>;
}

/** Wires the stages: source → metrics → report → window, and puts the window job, the survey and the keeper on their timetables. */
export class Oracle {
  private readonly config: OracleConfig;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly journal: Journal;
  private readonly lock: { close(): void };
  private readonly logs: Logs;
  private readonly chain: NodeChain;
  private readonly evidence: EvidenceKeeping;
  private readonly sources: Sources;
  private readonly telling: Telling;
  private readonly attendance: Attendance;
  private readonly resources: ResourceWatch;
  private readonly survey: Survey;
  private readonly keeper: Keeper | null;
  private readonly jobs: Job[];
  private timetables: Timetable[] = [];
  private server: Server | null = null;
  private stopping = false;

  /**
   * Throws PoolError `journal` when the journal cannot be used, or another process has it, and `config` for a profile or an address that is
   * wrong.
   */
  constructor(config: OracleConfig, client: ChainClient, clock: Clock, logger: Logger) {
    const { ORACLE_ACCOUNT: account, ORACLE_PERMISSION: permission, ORACLE_DAC: dac } = config;
    this.config = config;
    this.clock = clock;
    this.logger = logger;
    const profile = loadProfile(config.ORACLE_PROFILE);
    this.lock = lockJournal(config.ORACLE_JOURNAL);
    const journal = new Journal(config.ORACLE_JOURNAL);
    this.journal = journal;
    this.telling = makeTelling(config, journal, clock, logger);
    const alarm = this.telling.alerts;
    this.logs = makeLogs(config, journal, logger);
    const who = { account, permission, dac };
    const { ORACLE_SHIP: ship, ORACLE_HYPERION: hyperion } = config;
    const wanted = { ship, shipTraces: config.ORACLE_SHIP_TRACES === 'on', hyperion, dac };
    this.sources = new Sources(client, wanted, journal, logger);
    const chain = new NodeChain(client, who, this.sources.blocks);
    this.chain = chain;
    this.evidence = keepEvidence(config, client, chain, logger);
    const limit = config.ORACLE_MISSING_WINDOWS;
    this.attendance = new Attendance({ chain, table: journal.attendance, account, limit, alarm, clock });
    const uses = () => journal.uses.all();
    this.resources = new ResourceWatch({ account, uses, lowHours: config.ORACLE_LOW_HOURS, alarm });
    const isKeeper = config.ORACLE_KEEPER === 'on';
    this.survey = new Survey({
      ...{ client, chain, alarm, clock, logger, resources: this.resources },
      logs: () => this.logs.all,
      failure: () => this.timetables[0]?.failure ?? null,
      oldest: () => {
        const { oldest } = journal.overview(config.ORACLE_FIRST_WINDOW);
        return oldest === null ? null : { window: oldest, note: journal.get(oldest)?.note ?? null };
      },
      wanted: { ...who, keeper: isKeeper },
      keys: () => client.api.signatureProvider.getAvailableKeys(),
    });
    const oracles = () => chain.oracles();
    const node = new NodeKeeper({
      client,
      who,
      profile,
      times: journal.claimTimes,
      config: () => chain.config(),
      oracles,
    });
    this.keeper = isKeeper ? new Keeper({ chain: node, account, logger, clock, alarm }) : null;
    this.jobs = this.makeJobs();
  }

  /** Throws PoolError `listen` when ORACLE_HTTP cannot be served. */
  async start(): Promise<void> {
    const address = this.config.ORACLE_HTTP;
    const metrics = makeMetrics(() => this.readings());
    if (address) this.server = await serveHttp(address, { health: () => this.health(), metrics });
    this.telling.alerts.start();
    this.timetables = this.jobs.map(({ name, cron, run }) => new Timetable(name, cron, run, this.logger));
    this.sources.start(() => this.timetables[0]?.poke());
  }

  /** Lets a running job end between two windows, then closes everything. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.sources.stop();
    await Promise.all(this.timetables.map((each) => each.stop(GRACE_MS)));
    this.server?.close();
    await this.telling.alerts.stop(GRACE_MS);
    await this.logs.close();
    this.journal.close();
    this.lock.close();
  }

  private makeJobs(): Job[] {
    const { config, keeper } = this;
    const windows = this.windowJob();
    const jobs = [
      { name: 'window job', cron: config.ORACLE_CRON, run: () => windows.run(() => this.stopping) },
      { name: 'survey', cron: SURVEY_CRON, run: () => this.survey.once() },
    ];
    return keeper ? [...jobs, { name: 'keeper', cron: config.ORACLE_KEEPER_CRON, run: () => keeper.once() }] : jobs;
  }

  private windowJob(): WindowJob {
    const { chain, journal, logs, clock, logger, attendance } = this;
    const {
      ORACLE_ACCOUNT: account,
      ORACLE_DAC: dac,
      ORACLE_POOL: pool,
      ORACLE_FIRST_WINDOW: firstWindow,
    } = this.config;
    const { receipts, onFound, onForeign } = this.evidence;
    const lookup = (version: number) => journal.knownSchedule(version);
    const context: ComputeContext = { chain, oracle: account, pool, lookup, receipts, onFound };
    const compute: Stages['compute'] = (...window) => computeReport(context, ...window);
    const stages = { isIrreversible, compute, hash: reportHash };
    const watching = { attendance, uses: journal.uses, alarm: this.telling.alerts, onForeign };
    return new WindowJob({ chain, journal, logs, stages, clock, logger, firstWindow, account, dac, pool, ...watching });
  }

  private health(): Health {
    const [windows] = this.timetables;
    const reasons: string[] = [];
    if (windows?.failure === undefined) reasons.push('the window job did not run yet');
    else if (windows.failure !== null) reasons.push(windows.failure);
    const { logs, windows: counts } = this.readings();
    const states = { waiting: counts.seen + counts.computed, sent: counts.sent, disputed: counts.disputed };
    return { ready: reasons.length === 0, reasons, logs, windows: states, chain: this.sources.status() };
  }

  private readings(): Readings {
    const { journal, clock, survey, telling } = this;
    const { oldest, newest, differing } = journal.overview(this.config.ORACLE_FIRST_WINDOW);
    const age = (window: number) => (clock.now() - slotTime(firstSlot(window + 1))) / 1000;
    return {
      windows: journal.counts(),
      oldestUnreported: oldest === null ? null : age(oldest),
      lastReport: newest === null ? null : { window: newest, age: age(newest) },
      differing,
      logs: this.logs.all.map(({ log: { name }, problem }) => {
        return { name, ...journal.position(name), problem: problem?.message ?? null };
      }),
      nodeUp: survey.nodeUp,
      libAge: survey.lib === null ? null : (clock.now() - survey.lib) / 1000,
      missing: this.attendance.missing(),
      claimAge: this.keeper?.claimAge == null ? null : this.keeper.claimAge / 1000,
      resources: this.resources.readings,
      permissionProblems: survey.permissionProblems?.length ?? null,
      alertsWaiting: journal.outbox.waiting(),
      alertsTold: telling.alerts.told,
      webhookFailures: telling.courier.failures,
      jobs: this.timetables.map(({ failure }, i) => ({ name: this.jobs[i]?.name ?? '', failing: Boolean(failure) })),
      findings: this.evidence.counts,
      ...sourceReadings(this.sources.status()),
      diskFree: freeBytesBeside(this.config.ORACLE_JOURNAL),
    };
  }
}

function sourceReadings({ from, irreversible, trouble, forks, hyperion }: SourcesStatus) {
  const sources = [{ name: 'node', up: irreversible !== null && trouble === null }];
  if (forks !== null) sources.push({ name: 'state_history', up: from === 'state history' });
  if (hyperion) sources.push({ name: 'hyperion', up: hyperion.subscribed && hyperion.trouble === null });
  return { sources, irreversibleBlock: irreversible?.num ?? null, forks };
}

function makeLogs(config: OracleConfig, journal: Journal, logger: Logger): Logs {
  const files = { creds: config.ORACLE_NATS_CREDS, ca: config.ORACLE_NATS_CA };
  const cluster = config.ORACLE_NATS ? new ClusterLogs(config.ORACLE_NATS, config.ORACLE_POOL, files) : null;
  return new Logs({ files: config.ORACLE_EVENT_LOG, cluster }, journal, logger);
}
