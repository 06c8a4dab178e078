import { setTimeout as sleep } from 'node:timers/promises';
import type { Command, Health } from '../common/agent.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { Logger } from '../common/logger.ts';
import type { AgentConfig } from './config.ts';
import { Executor } from './executor.ts';
import { EmitterLink } from './link.ts';
import { MadeSlots } from './made.ts';
import { isLoopback, LocalNode, type NodeView } from './node.ts';
import type { AgentKey } from './proof.ts';
import type { ReceiptStore } from './receipts.ts';

/** How often the node is looked at: its end is noticed within this. */
const LOOK_MS = 100;
const REPORT_MS = 500;
const RECEIPTS_MS = 2000;
/** An emitter that has no end of receipts keeps the others' from being read for so many requests. */
const PAGES_AT_ONCE = 50;

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
  /** Whether an emitter ever gave a receipt. */
  private receives = false;

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
    await Promise.all([this.watch(), this.collect(), ...this.links.map((link) => link.run())]);
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
    for (const link of this.links) {
      const { member } = await link.login();
      yield `${link.address}: takes this key for that of ${member}`;
    }
  }

  private async chainId(): Promise<string> {
    this.chain ??= (await this.node.info()).chain_id;
    return this.chain;
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

  /** Reads the receipts of all emitters, and tells of slots whose candidate no emitter has given one for. */
  private async collect(): Promise<void> {
    const { receipts, clock, logger, key } = this.parts;
    while (!this.ended.signal.aborted) {
      await sleep(RECEIPTS_MS, undefined, { signal: this.ended.signal }).catch(() => {});
      try {
        for (const link of this.links) await this.collectFrom(link);
        for (const { window, slots } of this.made.due(clock.now())) {
          const kept = receipts.slots(window, key.signer);
          // Emitters that sign no log give none at all: that is no loss of one.
          if (kept.length === 0 && !this.receives) continue;
          const missing = slots.filter((slot) => !kept.includes(slot));
          receipts.noteMissing(missing, clock.now());
          if (missing.length > 0) logger.warn({ window, missing }, 'no emitter gave a receipt for these slots');
        }
      } catch (thrown) {
        logger.error(sentence(thrown));
      }
    }
  }

  private async collectFrom(link: EmitterLink): Promise<void> {
    const { receipts } = this.parts;
    for (let pages = 0; pages < PAGES_AT_ONCE; pages++) {
      const from = receipts.readUpTo(link.address);
      const page = await link.receipts(from);
      if (!page || page.after <= from) return;
      receipts.keep(link.address, page);
      if (page.receipts.length > 0) this.receives = true;
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
    const lagMs = headTime === 0 ? 0 : Math.round(this.parts.clock.now() - headTime);
    return { node: state, headNum, headId, headTime, lagMs };
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
