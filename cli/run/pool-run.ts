import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { keyId } from '../../common/keys.ts';
import { EMITTER_NODE_FLAGS } from '../../common/node-flags.ts';
import { privateKey } from '../../devnet/keys.ts';
import { portsNeeded } from '../../devnet/layout.ts';
import { reservePorts } from '../../devnet/ports.ts';
import type { DevnetMessage, DevnetState, GoMessage, NodeState, Phase } from '../../devnet/state.ts';
import { type Exit, exitError, type Running, Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { ROOT } from '../../devnet/tools.ts';
import { followEvents } from './events.ts';
import type { RunOptions } from './options.ts';
import { findTurns, type Turns } from './turns.ts';

const READY_MS = 240_000;
const RESTART_MS = 500;
/** A program that ends this often, each time within so many ms, will not get better by another start. */
const HASTY_ENDS = 3;
const HASTY_MS = 5000;

/** A whole pool on a local chain: devnet, emitter, oracles and load as processes of their own, started and supervised. */
export class PoolRun {
  readonly options: RunOptions;
  readonly eventLog: string;
  readonly failed: Promise<never>;
  private readonly fail: (error: Error) => void;
  private readonly supervisor: Supervisor;
  private readonly progress: (text: string) => void;
  private readonly ended = new AbortController();
  private readonly listeners = new Set<(record: EventRecord) => void>();
  private readonly phases = new Map<Phase, PromiseWithResolvers<void>>();
  /** How often a program ended soon after its start, in a row. */
  private readonly hasty = new Map<string, number>();
  private http = '';
  private p2p = '';
  private current: DevnetState | null = null;
  private knownTurns: Turns | null = null;

  constructor(options: RunOptions, progress: (text: string) => void) {
    this.options = options;
    this.progress = progress;
    this.eventLog = path.join(options.dir, 'events.sqlite');
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.fail = reject;
    promise.catch(() => {});
    this.supervisor = new Supervisor((exit, running) => this.onExit(exit, running));
  }

  get state(): DevnetState {
    if (!this.current) throw new PoolError('run', 'the chain is not up yet');
    return this.current;
  }

  get turns(): Turns {
    if (!this.knownTurns) throw new PoolError('run', 'the pool is not in the schedule yet');
    return this.knownTurns;
  }

  get emitterHttp(): string {
    return this.http;
  }

  /** Brings everything up; resolves when the pool is in the active schedule. */
  async start(): Promise<void> {
    const { dir, members, producers } = this.options;
    const counts = { producers, relays: 1, members };
    const nodes = portsNeeded(counts);
    const ports = await reservePorts(nodes + 2);
    this.p2p = `127.0.0.1:${ports.base + nodes}`;
    this.http = `http://127.0.0.1:${ports.base + nodes + 1}`;
    await Promise.race([this.failed, this.bringUp(ports.base)]);
    this.progress(`running in ${dir}`);
  }

  /** Called for each record of the event log as the emitter writes it; gives a function that ends that. */
  onRecord(listener: (record: EventRecord) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  nodeOf(signer: string): NodeState | undefined {
    const member = this.state.members.find(({ signingKey }) => keyId(signingKey) === signer);
    return this.state.nodes.find(({ name }) => name === member?.node);
  }

  chain(keys: string[] = []): ChainClient {
    return new ChainClient(this.state.publicApi, keys);
  }

  /** Stops every process of the run and waits for their end. */
  async stop(): Promise<void> {
    this.ended.abort();
    // Readers of the event log first: the last one to close it, the emitter, then leaves one file.
    const readers = (this.current?.oracles ?? []).map(({ account }) => this.supervisor.stop(account));
    await Promise.all(readers);
    await this.supervisor.stopAll(15_000);
  }

  private async bringUp(portBase: number): Promise<void> {
    this.progress('the chain boots: system contracts, the DAC, members join, a day passes');
    const devnet = await this.startDevnet(portBase);
    const go = (step: GoMessage['go']) => devnet.process.send?.({ go: step } satisfies GoMessage);
    await this.reached('relay');
    const emitter = await this.startEmitter();
    await whenReady(emitter, async () => ((await fetch(`${this.http}/ready`)).ok ? true : undefined));
    this.progress('emitter ready');
    void followEvents(this.http, this.ended.signal, (record) => {
      for (const listener of this.listeners) listener(record);
    });
    go('members');
    await this.reached('members');
    for (const { account, permission, reportKey } of this.state.oracles) {
      await this.startOracle(account, permission, reportKey);
    }
    if (this.options.mode === 'standby') await this.startAgents();
    await this.startLoad();
    this.writeRunFile();
    this.progress('members in sync, oracles and transactions started; the pool is voted for');
    go('elect');
    await this.reached('elected');
    this.knownTurns = await findTurns(this.chain(), this.state.pool);
  }

  private async startDevnet(portBase: number): Promise<Running> {
    const { dir, members, producers, oracles, strategy, mode, seed, restart } = this.options;
    const devnet = await this.service('devnet', 'devnet/main.ts', {
      DEVNET_DIR: dir,
      DEVNET_MEMBERS: String(members),
      DEVNET_PRODUCERS: String(producers),
      DEVNET_PORT_BASE: String(portBase),
      DEVNET_EMITTERS: JSON.stringify([{ p2p: this.p2p, http: this.http }]),
      DEVNET_ORACLES: String(oracles),
      DEVNET_STRATEGY: strategy,
      DEVNET_MODE: mode,
      DEVNET_RESTART: restart,
      ...(seed === undefined ? {} : { DEVNET_SEED: String(seed) }),
    });
    devnet.process.on('message', (message) => this.onDevnetMessage(message as DevnetMessage));
    return devnet;
  }

  private startEmitter(): Promise<Running> {
    const relay = this.state.nodes.find(({ role }) => role === 'relay');
    const [{ account = '', logKey = '' } = {}] = this.state.emitters;
    const peers = this.state.nodes.filter(({ role }) => role === 'producer').map(({ p2p }) => p2p);
    return this.service('emitter', 'emitter/main.ts', {
      EMITTER_POOL: this.state.pool,
      EMITTER_DAC: this.state.dac,
      EMITTER_RELAY_API: this.state.relayApi,
      EMITTER_RELAY_P2P: relay?.p2p ?? '',
      EMITTER_PEERS: peers.join(','),
      EMITTER_LISTEN: this.p2p,
      EMITTER_HTTP: this.http.replace('http://', ''),
      EMITTER_EVENT_LOG: this.eventLog,
      EMITTER_LOG_KEY_FILE: this.writeKey(`emitter-${account}.key`, logKey),
      CLOCK_SHIFT_FILE: this.state.clockShiftFile,
    });
  }

  /** Each oracle has its own view of the chain: a network producer's, not the emitter's relay node. */
  private startOracle(account: string, permission: string, publicKey: string): Promise<Running> {
    return this.service(account, 'oracle/main.ts', {
      ORACLE_ACCOUNT: account,
      ORACLE_PERMISSION: permission,
      ORACLE_KEY_FILE: this.writeKey(`oracle-${account}.key`, publicKey),
      ORACLE_DAC: this.state.dac,
      ORACLE_POOL: this.state.pool,
      ORACLE_CHAIN_API: this.state.publicApi,
      ORACLE_EVENT_LOG: this.eventLog,
      ORACLE_JOURNAL: path.join(this.options.dir, `oracle-${account}.sqlite`),
      CLOCK_SHIFT_FILE: this.state.clockShiftFile,
    });
  }

  /** A file with the private half of a key, for the program that it belongs to alone. */
  private writeKey(name: string, publicKey: string): string {
    const keys = JSON.parse(readFileSync(this.state.keys, 'utf8')) as Record<string, string>;
    const file = path.join(this.options.dir, name);
    writeFileSync(file, `${privateKey(keys, publicKey)}\n`, { mode: 0o600 });
    return file;
  }

  /** One beside each member's node, with the member's signing key; it knows nothing else of the run. */
  private async startAgents(): Promise<void> {
    for (const { account, node, signingKey } of this.state.members) {
      await this.service(agentOf(account), 'agent/main.ts', {
        AGENT_POOL: this.state.pool,
        AGENT_DAC: this.state.dac,
        AGENT_KEY_FILE: this.writeKey(`agent-${account}.key`, signingKey),
        AGENT_NODE: this.state.nodes.find(({ name }) => name === node)?.api ?? '',
        AGENT_EMITTERS: this.http,
        AGENT_RECEIPTS: path.join(this.options.dir, `agent-${account}.sqlite`),
        CLOCK_SHIFT_FILE: this.state.clockShiftFile,
      });
    }
  }

  private startLoad(): Promise<Running> {
    return this.service('load', 'devnet/load.ts', {
      LOAD_API: this.state.publicApi,
      LOAD_KEYS: this.state.keys,
      LOAD_SEED: String(this.options.seed ?? 1),
    });
  }

  /** Programs run in the run's folder, so that no .env of the checkout reaches them. */
  private service(name: string, entry: string, env: Record<string, string>): Promise<Running> {
    const log = path.join(this.options.dir, 'logs', `${name}.log`);
    const flags = name === 'emitter' ? EMITTER_NODE_FLAGS : [];
    const args = ['--disable-warning=ExperimentalWarning', ...flags, path.join(ROOT, entry)];
    const spec = { name, command: process.execPath, args, env, log, cwd: this.options.dir };
    // The devnet still has to stop its nodes and remove their states; the others are safe to be killed at any moment.
    const isDevnet = name === 'devnet';
    return this.supervisor.start({ ...spec, ipc: isDevnet, onParentDeath: isDevnet ? 'SIGTERM' : 'SIGKILL' });
  }

  private onDevnetMessage(message: DevnetMessage): void {
    if ('exit' in message) {
      this.progress(`${message.exit.name} ended with ${message.exit.signal ?? `code ${message.exit.code}`}`);
      return;
    }
    this.current = message.state;
    if (message.phase === 'restarted') this.writeRunFile();
    this.phase(message.phase).resolve();
  }

  private phase(phase: Phase): PromiseWithResolvers<void> {
    const known = this.phases.get(phase) ?? Promise.withResolvers<void>();
    this.phases.set(phase, known);
    return known;
  }

  private async reached(phase: Phase): Promise<void> {
    const late = AbortSignal.timeout(READY_MS);
    const timeout = new Promise<never>((_, reject) => {
      const text = `the chain did not reach the phase "${phase}" in ${READY_MS / 1000} s; see ${this.options.dir}/logs`;
      late.addEventListener('abort', () => reject(new PoolError('timeout', text)), { once: true });
    });
    await Promise.race([this.phase(phase).promise, timeout]);
  }

  /** Emitter, oracles, agents and load come back, as a service manager would have it; the end of the chain ends the run. */
  private onExit(exit: Exit, running: Running): void {
    if (exit.expected || this.ended.signal.aborted) return;
    const { name } = running.spec;
    const ends = performance.now() - running.startedAt < HASTY_MS ? (this.hasty.get(name) ?? 0) + 1 : 0;
    this.hasty.set(name, ends);
    if (name === 'devnet' || !this.knownTurns || ends >= HASTY_ENDS) return this.fail(exitError(running, exit));
    this.progress(`${name} ended with ${exit.signal ?? `code ${exit.code}`}, it is started again`);
    void this.restart(running);
  }

  private async restart({ spec }: Running): Promise<void> {
    try {
      await sleep(RESTART_MS, undefined, { signal: this.ended.signal });
      await this.supervisor.start(spec);
      this.writeRunFile();
    } catch (thrown) {
      if (!this.ended.signal.aborted) this.fail(thrown as Error);
    }
  }

  private writeRunFile(): void {
    const { chainId, publicApi, pool, dac, coreSymbol, keys, members, nodes, emitters, oracles } = this.state;
    const pidOf = (name: string) => this.supervisor.get(name)?.pid ?? null;
    const emitter = { pid: pidOf('emitter'), p2p: this.p2p, http: this.http, account: emitters[0]?.account ?? '' };
    const agents = this.options.mode === 'standby' ? members.map(({ account }) => agentOf(account)) : [];
    const others = ['devnet', 'load', ...agents].map((name) => ({ name, pid: pidOf(name) }));
    const run = {
      ...{ chainId, publicApi, pool, dac, coreSymbol, keys, members, nodes, emitters: [emitter] },
      oracles: oracles.map(({ account }) => ({ pid: pidOf(account), account })),
      others: [...others, { name: 'up', pid: process.pid }],
      dashboard: null,
      eventLog: this.eventLog,
    };
    const file = path.join(this.options.dir, 'run.json');
    writeFileSync(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
}

function agentOf(account: string): string {
  return `agent-${account}`;
}
