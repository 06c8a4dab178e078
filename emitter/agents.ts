import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Health, HealthProof } from '../common/agent.ts';
import type { Logger } from '../common/logger.ts';
import { Commander, type Duty, SETTLE_MS } from './agents/commander.ts';
import { AgentDesk, type Session } from './agents/desk.ts';
import { AgentHttp } from './agents/http.ts';

/** An agent reports every 500 ms; without a word for three of them it counts as gone. */
const SILENT_MS = 1500;
const CHECK_MS = 250;

/** What the selection is told of a member's node. */
export interface AgentWord {
  signer: string;
  up: boolean;
  producing: boolean;
  headNum: number;
  /** ms that the head's time is behind the clock; negative when ahead. */
  lag: number;
  /** Absent when nobody said it: the agent went silent. */
  proof?: HealthProof;
}

export interface AgentsParts {
  pool: string;
  address: string;
  logger: Logger;
  now(): number;
  account(signer: string): string | null;
  /** Whether a key signs for the pool in the active schedule: without that its blocks are worth nothing. */
  isActive(signer: string): boolean;
  onWord(word: AgentWord): void;
  /** Whether a connection is known to be a key's. */
  isIdentified(signer: string): boolean;
  /** A member's node was paused: it follows, and can be given what was kept from it. */
  onPaused(signer: string): void;
}

interface Heard {
  /** Monotonic ms. */
  at: number;
  health: Health | null;
}

/** The members' agents: lets them in, tells the selection what they say, and has them pause and resume. */
export class Agents {
  /** Known once the relay node has answered; nobody is let in before. */
  chainId: string | null = null;
  private readonly parts: AgentsParts;
  private readonly commander = new Commander();
  private readonly http: AgentHttp;
  private readonly heard = new Map<string, Heard>();
  private readonly timer: NodeJS.Timeout;
  private readonly releases = new Set<NodeJS.Timeout>();

  constructor(parts: AgentsParts) {
    this.parts = parts;
    this.http = new AgentHttp(new AgentDesk({ ...parts, chainId: () => this.chainId }), {
      now: parts.now,
      onOpen: (session) => this.onOpen(session),
      onHealth: (session, health) => this.onHealth(session, health),
      onClose: (session) => this.onClose(session),
    });
    this.timer = setInterval(() => this.dropSilent(), CHECK_MS);
    this.timer.unref();
  }

  /** Answers a request below `/agent/`; gives false for any other. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean {
    return this.http.handle(request, response, path);
  }

  /** The selection's word on who makes blocks. Who has no agent here is not told: nothing of theirs is let out anyway. */
  command(duty: Duty): void {
    for (const { signer, command } of this.commander.command(duty, this.parts.now())) {
      if (this.http.send(signer, command)) continue;
      const { window, order } = command;
      this.parts.logger.warn({ member: this.parts.account(signer), window, order }, 'no agent to take the command');
    }
  }

  /** Whether other members' blocks must be kept from a member, for its node may be producing; see Commander. */
  mayProduce(signer: string | null): boolean {
    return this.commander.mayProduce(signer, this.parts.now(), this.parts.isIdentified);
  }

  /** For people: who is here, and how their nodes are. */
  status(): { member: string | null; signer: string; node: string; headNum: number; lagMs: number }[] {
    return [...this.heard].map(([signer, { health }]) => {
      const { node = 'unreachable', headNum = 0, lagMs = 0 } = health ?? {};
      return { member: this.parts.account(signer), signer, node, headNum, lagMs };
    });
  }

  stop(): void {
    clearInterval(this.timer);
    for (const timer of this.releases) clearTimeout(timer);
    this.http.stop();
  }

  private onOpen({ signer, member }: Session): void {
    this.heard.set(signer, { at: performance.now(), health: this.heard.get(signer)?.health ?? null });
    this.parts.logger.info({ member }, 'agent connected');
  }

  private onHealth({ signer, member }: Session, health: Health): void {
    const { logger } = this.parts;
    const before = this.heard.get(signer)?.health?.node;
    this.heard.set(signer, { at: performance.now(), health });
    for (const { done, error, window, tookMs } of health.answers) {
      if (done) logger.info({ member, window, tookMs, node: health.node }, 'agent obeyed');
      else logger.warn({ member, window, error }, 'agent could not obey');
    }
    this.commander.heard(signer, health.node, this.parts.now());
    if (health.node === 'paused' && before !== 'paused') this.releaseSoon(signer);
    this.tell(signer, health, true);
  }

  private releaseSoon(signer: string): void {
    const settled = () => {
      this.releases.delete(timer);
      if (!this.mayProduce(signer)) this.parts.onPaused(signer);
    };
    const timer = setTimeout(settled, SETTLE_MS + 1);
    this.releases.add(timer);
  }

  /** It dials again at once: a leader that makes its blocks is not replaced because a line to its agent was cut. */
  private onClose({ member }: Session): void {
    this.parts.logger.warn({ member }, 'agent disconnected');
  }

  private tell(signer: string, health: Health | null, said: boolean): void {
    const node = health?.node ?? 'unreachable';
    const up = node !== 'unreachable' && this.parts.isActive(signer);
    const { headNum = 0, lagMs: lag = 0 } = health ?? {};
    const proof = said && health && { at: health.at, node, headId: health.headId, signature: health.signature };
    this.parts.onWord({ signer, up, producing: node === 'producing', headNum, lag, ...(proof && { proof }) });
  }

  private dropSilent(): void {
    const now = performance.now();
    for (const [signer, { at, health }] of [...this.heard]) {
      if (now <= at + SILENT_MS) continue;
      this.heard.delete(signer);
      this.commander.lost(signer);
      this.http.end(signer);
      this.parts.logger.warn({ member: this.parts.account(signer) }, 'agent gone');
      this.tell(signer, health && { ...health, node: 'unreachable' }, false);
    }
  }
}
