import { stringToName } from '../../common/name.ts';
import { exchangeSubject } from '../../common/nats/streams.ts';
import { decodeBlockHeader } from '../decode/block.ts';
import { LENGTH_BYTES, MESSAGE, messageType } from '../decode/message.ts';
import { type Holder, type Lacked, Lacking } from './lacking.ts';
import { Loads } from './load.ts';
import { encodeRequest, type Kept } from './messages.ts';
import { readFrame } from './pieces.ts';
import type { Wire } from './wire.ts';

interface Parts {
  nats: Pick<Wire, 'request'>;
  pool: string;
  /** ms since 1970. */
  now(): number;
  has(key: string): boolean;
  isUp(): boolean;
  onFrame(frame: Buffer, from: string, key: string): void;
  /** A holder gave something else. */
  onWrong(key: string, from: string): void;
}

/** Gets the blocks that lack here from those that have them, within bounds for each of them. */
export class Asker {
  private readonly parts: Parts;
  private readonly poolName: bigint;
  private readonly lacking = new Lacking();
  private readonly loads = new Loads();
  private timer: NodeJS.Timeout | null = null;
  private isPumping = false;
  private isStopped = false;
  /** Frames asked for, those handed on, and answers that failed. */
  readonly counts = { asked: 0, received: 0, failed: 0 };

  constructor(parts: Parts) {
    this.parts = parts;
    this.poolName = stringToName(parts.pool);
  }

  /** An emitter has a block, which nobody needs after `until`, ms since 1970. Gives false for one too many of its. */
  announced(from: string, block: Kept, until: number): boolean {
    return this.lacking.announced(from, block, until, performance.now());
  }

  /** An emitter is heard of for the first time. */
  joined(name: string): void {
    this.lacking.joined(name, performance.now());
    this.pumpSoon();
  }

  /** A block is needed at once, and these may have it beside those that told. */
  want(key: string, holders: readonly string[]): void {
    this.lacking.want(key, holders, this.parts.now(), performance.now());
    this.pump();
  }

  /** A block is here. */
  kept(key: string): void {
    this.lacking.delete(key);
  }

  prune(): void {
    this.lacking.prune(this.parts.now());
    this.loads.prune(performance.now());
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  /** The same at the end of this turn of the event loop, once: going through all that lacks for each answer takes time. */
  pumpSoon(): void {
    if (this.isPumping) return;
    this.isPumping = true;
    setImmediate(() => {
      this.isPumping = false;
      this.pump();
    });
  }

  /** Asks for what is due, as far as there is room, and sees to it that the rest is looked at again in time. */
  private pump(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.isStopped || !this.parts.isUp()) return;
    const now = performance.now();
    for (const entry of this.lacking.due(now)) this.consider(entry, now);
    const next = this.lacking.nextDue(now);
    if (next !== null) this.timer = setTimeout(() => this.pump(), Math.max(1, next - now));
  }

  private consider(entry: Lacked, now: number): void {
    const asks = Lacking.asks(entry);
    if (!asks) return;
    const { holder, patienceMs } = asks;
    if (!entry.wanted && this.loads.isFailing(holder, now)) this.lacking.failed(entry, holder, false, now + 1);
    // It is looked at again when an answer of that holder is there.
    else if (!entry.wanted && !this.loads.hasRoom(holder)) return;
    else if (this.parts.has(entry.key)) this.lacking.delete(entry.key);
    else void this.ask(entry, holder, patienceMs);
  }

  private async ask(entry: Lacked, holder: Holder, patienceMs: number): Promise<void> {
    entry.isAsked = true;
    this.counts.asked++;
    this.loads.began(holder);
    const frame = await readFrame((at) => this.request(holder.name, entry.key, at, patienceMs), holder.bytes);
    if (this.isStopped) return;
    const isWell = this.took(entry, holder, frame);
    this.loads.ended(holder, isWell, performance.now());
    this.pumpSoon();
  }

  private async request(holder: string, key: string, at: number, timeout: number): Promise<Uint8Array | null> {
    const { nats, pool } = this.parts;
    try {
      return (await nats.request(exchangeSubject(pool, 'block', holder), encodeRequest(key, at), { timeout })).data;
    } catch {
      // Nobody listens, or not in time: another holder is asked.
      return null;
    }
  }

  /** Hands a frame on. Gives whether the holder was of use. */
  private took(entry: Lacked, holder: Holder, frame: Buffer | null): boolean {
    const { has, onFrame, onWrong } = this.parts;
    const { key } = entry;
    const isBlock = frame !== null && this.isBlock(frame, key);
    if (isBlock && !has(key)) {
      this.counts.received++;
      onFrame(frame, holder.name, key);
    }
    if (has(key)) {
      this.lacking.delete(key);
      return true;
    }
    this.counts.failed++;
    this.lacking.failed(entry, holder, frame !== null, performance.now());
    if (frame && !isBlock) onWrong(key, holder.name);
    return false;
  }

  /** The frame goes out as it is: what the decoding of the header passes over must be right as well. */
  private isBlock(frame: Buffer, key: string): boolean {
    if (frame.length < LENGTH_BYTES || frame.readUInt32LE(0) !== frame.length - LENGTH_BYTES) return false;
    const header = messageType(frame) === MESSAGE.signedBlock ? decodeBlockHeader(frame) : null;
    return header?.ok === true && header.value.producer === this.poolName && key.startsWith(`${header.value.id}:`);
  }
}
