import { decodeHandshake } from '../../emitter/decode/handshake.ts';
import { MESSAGE, messageType } from '../../emitter/decode/message.ts';
import { dial } from '../../emitter/session/dial.ts';
import type { FrameSocket } from '../../emitter/session/frame-socket.ts';
import { type Listener, listen } from '../../emitter/session/listen.ts';

/** `up`: from the node that dialled to the one that listens; `down`: the other way. */
export type Way = 'up' | 'down';

/** What to do with a frame: `pass` after the latency, `drop`, or write it at this time (ms since 1970). */
export type Ruling = 'pass' | 'drop' | number;

export type Tap = (frame: Buffer, way: Way, link: ProxyLink, at: number) => void;

/** One connection through the proxy. */
export class ProxyLink {
  readonly id: number;
  /** What the node that dialled calls itself; empty before its first handshake. */
  agent = '';
  private readonly sockets: Record<Way, FrameSocket>;

  /** `dialler` dialled the proxy, `listener` was dialled by it. */
  constructor(id: number, dialler: FrameSocket, listener: FrameSocket) {
    this.id = id;
    this.sockets = { up: listener, down: dialler };
  }

  get open(): boolean {
    return this.sockets.up.open && this.sockets.down.open;
  }

  /** Writes a frame now, past latency and rule. */
  write(way: Way, frame: Buffer): boolean {
    return this.sockets[way].send(frame);
  }

  close(): void {
    for (const socket of Object.values(this.sockets)) socket.close('proxy');
  }
}

export interface ProxyOptions {
  /** "host:port" that every connection is passed on to. */
  target: string;
  /** One-way delay in ms, in both ways. */
  latencyMs?: number;
  /** Port to listen on; 0 for any. */
  port?: number;
  rule?: (frame: Buffer, way: Way, link: ProxyLink) => Ruling;
}

/**
 * A TCP proxy on loopback between two nodes that works in whole p2p frames: it delays each by a latency that can change while it
 * runs, and a rule may hold frames back until a time, or drop them. Frames that are not held keep their order.
 */
export class DelayProxy {
  latencyMs: number;
  rule: (frame: Buffer, way: Way, link: ProxyLink) => Ruling;
  /** Sees every frame before the rule does; `at` is the time at which it would be written if it passes. */
  readonly taps = new Set<Tap>();
  readonly links = new Set<ProxyLink>();
  /** Where new connections are passed on to. */
  target: string;
  private readonly timers = new Set<NodeJS.Timeout>();
  private server: Listener | null = null;
  private port: number;
  private count = 0;

  constructor(options: ProxyOptions) {
    this.target = options.target;
    this.latencyMs = options.latencyMs ?? 0;
    this.port = options.port ?? 0;
    this.rule = options.rule ?? (() => 'pass');
  }

  /** "host:port" to dial instead of the target. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The newest open connection. */
  get link(): ProxyLink | undefined {
    return [...this.links].findLast((link) => link.open);
  }

  async start(): Promise<this> {
    this.server = await listen('127.0.0.1', this.port, (socket) => this.connect(socket));
    this.port = this.server.port;
    return this;
  }

  /** Stops listening and cuts all connections; `start` listens on the same port again. */
  stop(): void {
    this.server?.close();
    for (const timer of this.timers) clearTimeout(timer);
    this.cut();
  }

  /** Cuts all connections; new ones are taken. */
  cut(): void {
    for (const link of this.links) link.close();
  }

  private connect(dialler: FrameSocket): void {
    const listener = dial(this.target);
    const link = new ProxyLink(++this.count, dialler, listener);
    this.links.add(link);
    dialler.onFrame = (frame) => this.take(frame, 'up', link);
    listener.onFrame = (frame) => this.take(frame, 'down', link);
    const end = () => {
      link.close();
      this.links.delete(link);
    };
    dialler.onClose = end;
    listener.onClose = end;
  }

  private take(frame: Buffer, way: Way, link: ProxyLink): void {
    if (way === 'up' && messageType(frame) === MESSAGE.handshake) link.agent = agentOf(frame);
    for (const tap of this.taps) tap(frame, way, link, Date.now() + this.latencyMs);
    const ruling = this.rule(frame, way, link);
    if (ruling === 'drop') return;
    if (ruling === 'pass' && this.latencyMs === 0) {
      link.write(way, frame);
      return;
    }
    // Timers of one length fire in the order they were set, so frames that pass keep theirs.
    const delay = ruling === 'pass' ? this.latencyMs : Math.max(0, ruling - Date.now());
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      link.write(way, frame);
    }, delay);
    this.timers.add(timer);
  }
}

function agentOf(handshake: Buffer): string {
  const decoded = decodeHandshake(handshake);
  return decoded.ok ? decoded.value.agent : '';
}
