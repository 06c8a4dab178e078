import type { Server } from 'node:http';
import type { ChainClient } from '../common/chain.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { type ComputeContext, computeReport } from './compute.ts';
import type { OracleConfig } from './config.ts';
import { EvidenceFolder } from './evidence/folder.ts';
import { ForeignReports } from './evidence/foreign.ts';
import { EvidenceKeeper } from './evidence/keeper.ts';
import { type Health, serveHealth } from './http.ts';
import { keepOnce } from './keeper/keeper.ts';
import { NodeKeeper } from './keeper/node-keeper.ts';
import { ClusterLogs } from './logs/cluster.ts';
import { Logs } from './logs/logs.ts';
import { MemberReceipts } from './receipts/member-receipts.ts';
import { reportHash } from './report/hash.ts';
import { isIrreversible } from './source/blocks.ts';
import { findReports } from './source/filed-reports.ts';
import { NodeChain } from './source/node-chain.ts';
import { Timetable } from './timetable.ts';
import { WindowJob } from './window/job.ts';
import { Journal } from './window/journal.ts';
import type { JobParts, Stages } from './window/stages.ts';

/** Less than what a supervisor usually grants between SIGTERM and SIGKILL. */
const GRACE_MS = 4000;

interface Job {
  name: string;
  cron: string;
  run: () => Promise<void>;
}

/** Wires the stages: source → metrics → report → window, and puts the window job (and the keeper) on their timetables. */
export class Oracle {
  private readonly logger: Logger;
  private readonly address: string | undefined;
  private readonly journal: Journal;
  private readonly logs: Logs;
  private readonly jobs: Job[] = [];
  private timetables: Timetable[] = [];
  private server: Server | null = null;
  private stopping = false;

  /** Throws PoolError `journal` when the journal cannot be used. */
  constructor(config: OracleConfig, client: ChainClient, clock: Clock, logger: Logger) {
    const { ORACLE_ACCOUNT: account, ORACLE_PERMISSION: permission, ORACLE_DAC: dac, ORACLE_POOL: pool } = config;
    this.logger = logger;
    this.address = config.ORACLE_HTTP;
    const journal = new Journal(config.ORACLE_JOURNAL);
    const cluster = config.ORACLE_NATS
      ? new ClusterLogs(config.ORACLE_NATS, pool, {
          creds: config.ORACLE_NATS_CREDS,
          ca: config.ORACLE_NATS_CA,
        })
      : null;
    const logs = new Logs({ files: config.ORACLE_EVENT_LOG, cluster }, journal, logger);
    this.journal = journal;
    this.logs = logs;
    const chain = new NodeChain(client, { account, permission, dac });
    const keeper = new EvidenceKeeper(
      new EvidenceFolder(config.ORACLE_EVIDENCE ?? `${config.ORACLE_JOURNAL}.evidence`),
      logger,
    );
    const receipts = new MemberReceipts(config.ORACLE_RECEIPTS, chain, pool, logger);
    const context: ComputeContext = {
      ...{ chain, oracle: account, pool, lookup: (version: number) => journal.knownSchedule(version) },
      receipts: (window) => receipts.of(window),
      onFound: (window, found) => keeper.found(window, found),
    };
    const foreign = new ForeignReports({
      ...{ chain, pool, keeper },
      find: async (window) => {
        const filed = await chain.settled(window);
        return findReports(client, chain, { dac, window, head: await chain.head(), until: filed?.at ?? null });
      },
    });
    const compute: Stages['compute'] = (...window) => computeReport(context, ...window);
    const stages = { isIrreversible, compute, hash: reportHash };
    const firstWindow = config.ORACLE_FIRST_WINDOW;
    const onForeign: JobParts['onForeign'] = (differing) => foreign.keep(differing);
    const job = new WindowJob({
      ...{ chain, journal, logs, stages, clock, logger, firstWindow, account, dac, pool, onForeign },
    });
    this.jobs.push({ name: 'window job', cron: config.ORACLE_CRON, run: () => job.run(() => this.stopping) });
    if (config.ORACLE_KEEPER === 'off') return;
    const books = new NodeKeeper(client, { account, permission, dac }, () => chain.config());
    this.jobs.push({ name: 'keeper', cron: config.ORACLE_KEEPER_CRON, run: () => keepOnce(books, logger, clock) });
  }

  /** Throws PoolError `listen` when ORACLE_HTTP cannot be served. */
  async start(): Promise<void> {
    if (this.address) this.server = await serveHealth(this.address, () => this.health());
    this.timetables = this.jobs.map(({ name, cron, run }) => new Timetable(name, cron, run, this.logger));
  }

  /** Lets a running job end between two windows, then closes everything. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.timetables.map((each) => each.stop(GRACE_MS)));
    this.server?.close();
    await this.logs.close();
    this.journal.close();
  }

  private health(): Health {
    const [windows] = this.timetables;
    const reasons: string[] = [];
    if (windows?.failure === undefined) reasons.push('the window job did not run yet');
    else if (windows.failure !== null) reasons.push(windows.failure);
    const count = (state: Parameters<Journal['inState']>[0][number]) => this.journal.inState([state]).length;
    const states = { waiting: count('seen'), sent: count('sent'), disputed: count('disputed') };
    const logs = this.logs.all.map(({ log: { name }, problem }) => {
      return { name, ...this.journal.position(name), problem: problem?.message ?? null };
    });
    return { ready: reasons.length === 0, reasons, logs, windows: states };
  }
}
