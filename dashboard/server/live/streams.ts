import type { ServerResponse } from 'node:http';

export interface StreamLimits {
  /** Streams of one address, and in all. */
  perAddress: number;
  all: number;
}

/** A reader that leaves so much unread is cut; it comes back with Last-Event-ID. */
const UNREAD_BYTES = 1024 * 1024;
const KEEP_ALIVE_MS = 15_000;

/** The open event streams. */
export class Streams {
  private readonly limits: StreamLimits;
  private readonly open = new Map<ServerResponse, string>();
  private readonly timer: NodeJS.Timeout;
  /** Streams that were cut because their readers were too slow. */
  cut = 0;

  constructor(limits: StreamLimits) {
    this.limits = limits;
    this.timer = setInterval(() => this.send(': still here\n\n'), KEEP_ALIVE_MS);
    this.timer.unref();
  }

  get size(): number {
    return this.open.size;
  }

  /** Why no further stream of this address is opened, or null; `waiting`: addresses of streams that are about to begin. */
  refusal(address: string, waiting: string[] = []): string | null {
    const all = [...this.open.values(), ...waiting];
    if (all.length >= this.limits.all) return `there are ${this.limits.all} live streams already; try again later`;
    const same = all.filter((one) => one === address).length;
    if (same < this.limits.perAddress) return null;
    return `this address has ${same} live streams already; close one of them`;
  }

  add(response: ServerResponse, address: string): void {
    this.open.set(response, address);
    response.on('close', () => this.open.delete(response));
    response.on('error', () => this.open.delete(response));
  }

  send(text: string): void {
    for (const response of this.open.keys()) this.sendTo(response, text);
  }

  sendTo(response: ServerResponse, text: string): void {
    response.write(text);
    if (response.writableLength <= UNREAD_BYTES) return;
    this.cut++;
    this.open.delete(response);
    response.destroy();
  }

  close(): void {
    clearInterval(this.timer);
    for (const response of this.open.keys()) response.end();
  }
}

/** One server-sent event; `id` when a stream can go on behind it. */
export function eventText(event: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
