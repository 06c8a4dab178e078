import { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { keyId } from '../../common/keys.ts';
import { portsNeeded } from '../../devnet/layout.ts';
import { NATS_PORTS, NatsCluster } from '../../devnet/nats-cluster.ts';
import { findNatsServer } from '../../devnet/nats-server.ts';
import { reservePorts } from '../../devnet/ports.ts';
import type { DevnetState, NodeState } from '../../devnet/state.ts';
import { type Running, whenReady } from '../../devnet/supervisor.ts';
import { CHAIN_SERVICE, ChainProcess } from './chain-process.ts';
import { EMITTER_PORTS, type EmitterPlace, placeEmitters } from './emitters.ts';
import { followEvents } from './events.ts';
import type { RunOptions } from './options.ts';
import {
  agentName,
  agentProgram,
  DASHBOARD,
  dashboardProgram,
  emitterProgram,
  loadProgram,
  oracleProgram,
  type Surroundings,
} from './programs.ts';
import { runFile, writeRunFile } from './run-file.ts';
import { type Program, Services } from './services.ts';
import { findTurns, type Turns } from './turns.ts';

const DASHBOARD_PORTS = 1;

/** Called with a record, and the name of the emitter whose log it stands in. */
export type RecordListener = (record: EventRecord, emitter: string) => void;

/**
 * A whole pool on a local chain: devnet, emitters, oracles and load as processes of their own, started and supervised. Several emitters share a
 * cluster of three nats-servers.
 */
export class PoolRun {
  readonly options: RunOptions;
  /** Rejects when something ends that the run cannot go on without. */
  readonly failed: Promise<never>;
  private readonly progress: (text: string) => void;
  private readonly services: Services;
  private readonly devnet: ChainProcess;
  private readonly ended = new AbortController();
  private readonly listeners = new Set<RecordListener>();
  private places: EmitterPlace[] = [];
  private oraclePorts = 0;
  private dashboardPort = 0;
  private cluster: NatsCluster | null = null;
  private knownTurns: Turns | null = null;

  constructor(options: RunOptions, progress: (text: string) => void) {
    this.options = options;
    this.progress = progress;
    this.services = new Services(options.dir, progress, () => this.writeRunFile());
    this.devnet = new ChainProcess(options, progress, () => this.writeRunFile());
    this.failed = this.services.failed;
  }

  get state(): DevnetState {
    return this.devnet.state;
  }

  get turns(): Turns {
    if (!this.knownTurns) throw new PoolError('run', 'the pool is not in the schedule yet');
    return this.knownTurns;
  }

  /** In the order of their accounts; empty before `start`. */
  get emitters(): readonly EmitterPlace[] {
    return this.places;
  }

  /** Names of the cluster's nodes as services; none for one emitter. */
  get natsNodes(): string[] {
    return this.cluster?.names ?? [];
  }

  /** "nats://host:port" of each of them. */
  get natsUrls(): string[] {
    const { cluster } = this;
    return cluster ? cluster.names.map((name) => cluster.urlOf(name)) : [];
  }

  /** Brings everything up; resolves when the pool is in the active schedule. */
  async start(): Promise<void> {
    const { dir, members, producers, oracles, emitters = 1 } = this.options;
    // Before anything else: without it nothing of the rest is of use.
    const natsServer = emitters > 1 ? await findNatsServer() : null;
    const nodes = portsNeeded({ producers, relays: emitters, members });
    const own = emitters * EMITTER_PORTS;
    const others = natsServer ? NATS_PORTS : 0;
    const { base } = await reservePorts(nodes + own + others + oracles + DASHBOARD_PORTS);
    this.oraclePorts = base + nodes + own + others;
    this.dashboardPort = this.oraclePorts + oracles;
    this.places = placeEmitters(emitters, dir, base + nodes);
    if (natsServer) this.cluster = new NatsCluster(dir, this.services.supervisor, natsServer, base + nodes + own);
    await Promise.race([this.failed, this.bringUp(base)]);
    const page = this.dashboard;
    this.progress(page ? `running in ${dir}, the page is at ${page}` : `running in ${dir}`);
  }

  /** Called for each record of the event logs as their emitters write it; gives a function that ends that. */
  onRecord(listener: RecordListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  nodeOf(signer: string): NodeState | undefined {
    const member = this.state.members.find(({ signingKey }) => keyId(signingKey) === signer);
    return this.state.nodes.find(({ name }) => name === member?.node);
  }

  /** Pid of a service (emitter, oracle, agent, nats node …) or of a nodeos, by its name; null while it does not run. */
  pidOf(name: string): number | null {
    const nodes = this.devnet.isUp ? this.state.nodes : [];
    return this.services.pidOf(name) ?? nodes.find((node) => node.name === name)?.pid ?? null;
  }

  /** Sends a signal to a service or a nodeos. What ends by it comes back: services always, nodes as `restart` says. Throws PoolError `run` when it does not run. */
  kill(name: string, signal: NodeJS.Signals): void {
    const pid = this.pidOf(name);
    if (pid === null) throw new PoolError('run', `${name} gets no ${signal}: it does not run`);
    process.kill(pid, signal);
  }

  chain(keys: string[] = []): ChainClient {
    return new ChainClient(this.state.publicApi, keys);
  }

  /** Stops every process of the run and waits for their end. */
  async stop(): Promise<void> {
    this.ended.abort();
    // Readers of the event logs first: the last one to close a log, its emitter, then leaves one file. The cluster last: emitters write there to their end.
    const readers = this.devnet.isUp ? this.state.oracles.map(({ account }) => account) : [];
    const others = this.services.supervisor.running.map(({ spec }) => spec.name);
    await this.services.stop(
      readers,
      others.filter((name) => !this.natsNodes.includes(name)),
    );
  }

  private async bringUp(portBase: number): Promise<void> {
    this.progress('the chain boots: system contracts, the DAC, members join, a day passes');
    await Promise.all([this.startChain(portBase), this.startCluster()]);
    await this.startEmitters();
    this.devnet.go('members');
    await this.devnet.reached('members');
    await this.startOthers();
    this.writeRunFile();
    this.progress('members in sync, oracles and transactions started; the pool is voted for');
    this.devnet.go('elect');
    await this.devnet.reached('elected');
    this.knownTurns = await findTurns(this.chain(), this.state.pool);
    this.services.keepUp([CHAIN_SERVICE]);
  }

  private async startChain(portBase: number): Promise<void> {
    await this.devnet.start(this.services, this.places, portBase);
    await this.devnet.reached('relay');
  }

  private async startCluster(): Promise<void> {
    if (!this.cluster) return;
    await this.cluster.start();
    this.progress(`${this.natsNodes.join(', ')} ready`);
  }

  private async startEmitters(): Promise<void> {
    const started = this.places.map(async (place) => {
      const running = await this.launch(emitterProgram(this.surroundings, place));
      if (!running) return;
      await whenReady(running, async () => ((await fetch(`${place.http}/ready`)).ok ? true : undefined));
      void followEvents(place.http, this.ended.signal, (record) => {
        for (const listener of this.listeners) listener(record, place.name);
      });
    });
    await Promise.all(started);
    this.progress(`${this.places.map(({ name }) => name).join(', ')} ready`);
  }

  private async startOthers(): Promise<void> {
    const { members, oracles } = this.state;
    for (const oracle of oracles) await this.launch(oracleProgram(this.surroundings, oracle));
    if (this.options.mode === 'standby')
      for (const member of members) await this.launch(agentProgram(this.surroundings, member));
    await this.launch(dashboardProgram(this.surroundings));
    await this.services.start(loadProgram(this.surroundings, this.options.seed));
  }

  /** Null: nothing runs in its place. */
  private async launch(program: Program): Promise<Running | null> {
    const entry = this.options.programs?.[program.name];
    return entry === null ? null : this.services.start({ ...program, entry: entry ?? program.entry });
  }

  /** What the programs of this run are told. */
  get surroundings(): Surroundings {
    const { options, state, places: emitters, natsUrls: nats, oracleHttp } = this;
    return { dir: options.dir, state, emitters, nats, oracleHttp, dashboard: `127.0.0.1:${this.dashboardPort}` };
  }

  /** URL of the page; null when this run has none. */
  get dashboard(): string | null {
    return this.options.programs?.[DASHBOARD] === null ? null : `http://127.0.0.1:${this.dashboardPort}`;
  }

  private get oracleHttp(): ReadonlyMap<string, string> {
    return new Map(this.state.oracles.map(({ account }, i) => [account, `127.0.0.1:${this.oraclePorts + i}`]));
  }

  private writeRunFile(): void {
    const { state, places: emitters, natsUrls, oracleHttp, dashboard } = this;
    const nats = this.natsNodes.map((name, i) => ({ name, url: natsUrls[i] ?? '' }));
    const agents = this.options.mode === 'standby' ? state.members.map(({ account }) => agentName(account)) : [];
    const others = [CHAIN_SERVICE, 'load', ...(dashboard ? [DASHBOARD] : []), ...agents];
    const parts = {
      state,
      emitters,
      nats,
      others,
      oracleHttp,
      dashboard,
      pidOf: (name: string) => this.services.pidOf(name),
    };
    writeRunFile(this.options.dir, runFile(parts));
  }
}
