import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Health } from '../common/agent.ts';
import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import { Bundles } from './bundles.ts';
import { Collector } from './collector.ts';
import type { AgentConfig } from './config.ts';
import { Executor } from './executor.ts';
import { EmitterLink } from './link.ts';
import { MadeSlots } from './made.ts';
import { isLoopback, LocalNode, type NodeView } from './node.ts';
import type { AgentKey } from './proof.ts';
import { ReceiptCheck } from './receipt-check.ts';
import type { ReceiptStore } from './receipts.ts';

/** How often the node is looked at: its end is noticed within this. */
const LOOK_MS = 100;
const REPORT_MS = 500;

export interface AgentParts {
  config: AgentConfig;
  key: AgentKey;
  clock: Clock;
  logger: Logger;
  receipts: ReceiptStore;
}

/**
 * Stands beside a member's nodeos: reports to all emitters how it is, and pauses and resumes it as the newest command says.
 * It listens on no port. Without an emitter it changes nothing.
 */
export class Agent {
  private readonly parts: AgentParts;
  private readonly node: LocalNode;
  private readonly executor: Executor;
  private readonly links: EmitterLink[];
  private readonly ended = new AbortController();
  private view: NodeView = { state: 'unreachable', headNum: 0, headProducer: '', headId: null, headTime: 0 };
  private readonly made: MadeSlots;
  private chain: string | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(parts: AgentParts) {
    this.parts = parts;
    const { config, key, clock, logger } = parts;
    this.node = new LocalNode(config.AGENT_NODE);
    this.executor = new Executor(this.node, clock);
    this.made = new MadeSlots(config.AGENT_POOL);
    this.links = config.AGENT_EMITTERS.map((address) => {
      return new EmitterLink({
        ...{ address, pool: config.AGENT_POOL, key, logger },
        chainId: () => this.chainId(),
        health: () => this.health(),
        onCommand: (command, link) => void this.obey(command, link),
      });
    });
    if (!isLoopback(config.AGENT_NODE)) {
      const risk = 'who can reach its producer API can stop the node; it should be on this machine alone';
      logger.warn({ node: config.AGENT_NODE }, `the node is not on a loopback address: ${risk}`);
    }
  }

  /** Runs until `stop`. */
  async run(): Promise<void> {
    const { logger, key, config } = this.parts;
    logger.info({ node: config.AGENT_NODE, emitters: config.AGENT_EMITTERS, signer: key.signer }, 'started');
    this.timer = setInterval(() => this.report(), REPORT_MS);
    await Promise.all([this.watch(), this.collector().run(this.ended.signal), ...this.links.map((link) => link.run())]);
  }

  stop(): void {
    this.ended.abort();
    if (this.timer) clearInterval(this.timer);
    for (const link of this.links) link.stop();
  }

  /** Asks node and emitters once. Gives a line for each that is well; throws PoolError with the first trouble. */
  async *check(): AsyncGenerator<string> {
    const info = await this.node.info();
    const state = (await this.node.paused()) ? 'paused' : 'producing';
    this.chain = info.chain_id;
    yield `${this.node.url}: ${info.server_version_string}, block ${info.head_block_num}, ${state}`;
    const { AGENT_DAC: dac } = this.parts.config;
    if (dac !== undefined) {
      const { length } = await this.node.emitterKeys(dac);
      yield `${dac}: names ${length} emitter${length === 1 ? '' : 's'}, whose receipts count`;
    }
    for (const link of this.links) {
      const { member } = await link.login();
      yield `${link.address}: takes this key for that of ${member}`;
    }
  }

  private async chainId(): Promise<string> {
    this.chain ??= (await this.node.info()).chain_id;
    return this.chain;
  }

  private collector(): Collector {
    const { config, key, clock, logger, receipts: store } = this.parts;
    const { AGENT_POOL: pool, AGENT_DAC: dac } = config;
    const { links, made } = this;
    const { signer } = key;
    if (dac === undefined) logger.warn('AGENT_DAC is not set: receipts are kept and not checked');
    const chain = { chainId: () => this.chainId(), emitterKeys: () => this.node.emitterKeys(dac ?? '') };
    const check = dac === undefined ? null : new ReceiptCheck({ pool, signer, ...chain });
    return new Collector({ links, store, check, made, signer, bundles: this.bundles(), clock, logger });
  }

  private bundles(): Bundles | null {
    const { config, key, logger, receipts: store } = this.parts;
    const { AGENT_POOL: pool, AGENT_BUNDLES: dir } = config;
    if (dir === undefined) return null;
    const bundles = new Bundles({
      ...{ dir, logger },
      receipts: (window) => store.ofWindow(window, key.signer),
      sign: async (window, receipts) => key.signReceipts({ chain: await this.chainId(), pool }, window, receipts),
    });
    // Its bundle may not have been written before the agent was ended.
    const newest = store.newestWindow(key.signer);
    if (newest !== null) bundles.add(newest);
    return bundles;
  }

  private async watch(): Promise<void> {
    while (!this.ended.signal.aborted) {
      const before = this.view;
      this.view = await this.node.look(before);
      this.made.seen(before, this.view);
      if (this.view.state !== before.state) this.changed(before.state);
      await sleep(LOOK_MS, undefined, { signal: this.ended.signal }).catch(() => {});
    }
  }

  private changed(before: string): void {
    const { state } = this.view;
    if (state === 'unreachable') this.parts.logger.error({ node: this.node.url }, 'the node does not answer');
    else this.parts.logger.info({ before, head: this.view.headNum }, `the node is ${state}`);
    this.report();
  }

  private report(): void {
    for (const link of this.links) link.report();
  }

  private health(): Omit<Health, 'answers'> {
    const { state, headNum, headId, headTime } = this.view;
    const { clock, config, key } = this.parts;
    const at = Math.floor(clock.now());
    const lagMs = headTime === 0 ? 0 : at - headTime;
    const identity = { chain: this.chain ?? '', pool: config.AGENT_POOL };
    const signature = key.signHealth(identity, { at, node: state, headNum, headId });
    return { at, node: state, headNum, headId, headTime, lagMs, signature };
  }

  private async obey(command: Command, link: EmitterLink): Promise<void> {
    const answer = await this.executor.run(command);
    const { window, order } = command;
    const { done, error, tookMs } = answer;
    this.parts.logger[done ? 'info' : 'warn']({ emitter: link.address, window, tookMs, error }, order);
    if (done) this.view = await this.node.look(this.view);
    link.report(answer);
    for (const other of this.links) if (other !== link) other.report();
  }
}
