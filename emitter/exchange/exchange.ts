import type { Logger } from '../../common/logger.ts';
import { emitterOf, exchangeSubject, isEmitterName } from '../../common/nats/streams.ts';
import { SLOT_MS, slotAt, slotTime } from '../../common/slot.ts';
import { Announcer } from './announcer.ts';
import { Asker } from './asker.ts';
import { BOUNDS } from './bounds.ts';
import { BlockDesk } from './desk.ts';
import { decodeAnnouncement, type Kept, textOf } from './messages.ts';
import { type MemberChange, Presence } from './presence.ts';
import type { Message, SealedWords, Wire } from './wire.ts';

export interface ExchangeParts {
  /** A connection of its own: a block's bytes must not stand before a vote. It comes back by itself when it is lost. */
  nats: Wire;
  /** Signs what this emitter tells, and knows what is another's: see Words. */
  words: SealedWords;
  /** The pool's producer account. */
  pool: string;
  /** Of this emitter. */
  name: string;
  logger: Logger;
  /** ms since 1970. */
  now(): number;
  /** Whether a candidate, "id:signer", is here, or waits here for its parent. */
  has(key: string): boolean;
  /** The whole frame of a candidate that is kept, or null. */
  frameOf(key: string): Buffer | null;
  /**
   * A frame of a pool's block came from another emitter: to be verified as if it came from a member. Its length, type, producer and id are
   * right, nothing else was looked at.
   */
  onFrame(frame: Buffer, from: string, key: string): void;
  /** By the word of another emitter a member is connected to it now, or no more. */
  onMember(change: MemberChange): void;
  onFault(code: string, text: string): void;
}

/**
 * Brings candidates from emitter to emitter: each tells what it has kept, and who lacks a block for some time asks for its bytes. What comes
 * is a peer's input, like a member's; the bounds of what any of them can cause are in bounds.ts.
 */
export class Exchange {
  private readonly parts: ExchangeParts;
  private readonly announcer: Announcer;
  private readonly asker: Asker;
  private readonly desk: BlockDesk;
  private readonly presence = new Presence();
  private readonly subscriptions: { unsubscribe(): void }[];
  private readonly beatTimer: NodeJS.Timeout;
  /** When what was complained about last, monotonic ms. */
  private readonly complaints = new Map<string, number>();
  private isUp = true;
  private isStopped = false;
  private readonly heard = { unsent: 0, unsigned: 0, malformed: 0, floods: 0 };

  /** Listens from now on. Throws PoolError `config` when the name cannot be an emitter's. */
  constructor(parts: ExchangeParts) {
    this.parts = parts;
    const { nats, pool, name, words } = parts;
    const own = exchangeSubject(pool, 'seen', name);
    this.announcer = new Announcer((text) => {
      if (this.isUp) nats.publish(own, words.seal(own, text));
      else this.heard.unsent++;
    });
    this.asker = new Asker({
      ...{ nats, pool },
      now: () => parts.now(),
      has: (key) => parts.has(key),
      isUp: () => this.isUp,
      onFrame: (frame, from, key) => parts.onFrame(frame, from, key),
      onWrong: (key, from) =>
        this.complain('exchange_wrong_block', from, `emitter ${from} gave bytes that are not the block ${key}`),
    });
    this.desk = new BlockDesk(nats, (key) => parts.frameOf(key));
    this.subscriptions = [
      this.listen(exchangeSubject(pool, 'seen', '*'), (message) => this.hear(message)),
      this.listen(exchangeSubject(pool, 'block', name), (message) => this.desk.take(message)),
    ];
    this.beatTimer = setInterval(() => this.beat(), BOUNDS.beatMs);
    void this.follow();
    this.announcer.introduce();
  }

  /** A candidate is kept here, wherever it came from. */
  kept(block: Kept): void {
    this.asker.kept(block.key);
    this.announcer.keep(block);
  }

  /** A member's connection to this emitter came or went. */
  member(signer: string, up: boolean): void {
    this.announcer.member(signer, up);
  }

  /** A block is needed at once, for it is decided. `from`: an emitter that has it. */
  want(key: string, from?: string): void {
    if (this.parts.has(key)) return;
    const first = from !== undefined && from !== this.parts.name && isEmitterName(from) ? [from] : [];
    this.asker.want(key, [...first, ...this.presence.names]);
  }

  /** Names of the other emitters that are heard. */
  get others(): string[] {
    return this.presence.names;
  }

  /**
   * Announcements that were left out while NATS was lost, that no emitter has signed or that were heard before, that were none, and of blocks too many; frames asked for, handed on, and answers that
   * failed; pieces and bytes given to others, and requests that got none.
   */
  get counts(): typeof this.heard & Asker['counts'] & { served: BlockDesk['counts'] } {
    return { ...this.heard, ...this.asker.counts, served: this.desk.counts };
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.beatTimer);
    this.asker.stop();
    this.announcer.stop();
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  private listen(subject: string, take: (message: Message) => void): { unsubscribe(): void } {
    return this.parts.nats.subscribe(subject, {
      callback: (error, message) => {
        if (!error && !this.isStopped) take(message);
      },
    });
  }

  private async follow(): Promise<void> {
    for await (const { type } of this.parts.nats.status()) {
      if (this.isStopped) return;
      if (type === 'disconnect' && this.isUp) this.lost();
      if (type === 'reconnect' && !this.isUp) this.back();
    }
  }

  private lost(): void {
    this.isUp = false;
    this.parts.onFault('exchange_lost', 'NATS is lost: no candidates come from other emitters, or go to them');
  }

  private back(): void {
    this.isUp = true;
    this.parts.logger.info('NATS is back: candidates are exchanged again');
    this.announcer.introduce();
    this.asker.pumpSoon();
  }

  private hear({ subject, data }: Message): void {
    const from = emitterOf(subject);
    if (from === null || from === this.parts.name) return;
    const isLong = data.length > BOUNDS.messageBytes;
    const text = isLong ? null : this.parts.words.open(subject, textOf(data));
    if (text === null) {
      this.heard.unsigned++;
      return;
    }
    if (!this.isListenedTo(from)) return;
    const said = decodeAnnouncement(text);
    if (!said) {
      this.heard.malformed++;
      return this.complain('exchange_malformed', from, `emitter ${from} said what is no announcement`);
    }
    if (said.members) this.tell(this.presence.members(from, said.members));
    if (said.asks) this.announcer.tellAll();
    for (const block of said.blocks) this.consider(from, block);
    if (said.blocks.length > 0) this.asker.pumpSoon();
  }

  private isListenedTo(from: string): boolean {
    const isNew = !this.presence.names.includes(from);
    if (!this.presence.heard(from, performance.now())) {
      const text = `more than ${BOUNDS.emitters} emitters speak: ${from} is not listened to`;
      this.complain('exchange_crowd', '', text);
      return false;
    }
    if (!isNew) return true;
    this.parts.logger.info({ emitter: from }, 'another emitter is there');
    this.asker.joined(from);
    return true;
  }

  private consider(from: string, block: Kept): void {
    const { has, now } = this.parts;
    if (Math.abs(block.slot - slotAt(now())) > BOUNDS.slots || has(block.key)) return;
    if (this.asker.announced(from, block, slotTime(block.slot) + BOUNDS.slots * SLOT_MS)) return;
    this.heard.floods++;
    const text = `emitter ${from} told of ${BOUNDS.lackedPerEmitter} blocks that cannot be had: no more of its are noted`;
    this.complain('exchange_flood', from, text);
  }

  private beat(): void {
    const now = performance.now();
    const { silent, changes } = this.presence.expire(now);
    for (const name of silent) this.parts.logger.warn({ emitter: name }, 'another emitter is silent');
    this.tell(changes);
    for (const [about, at] of this.complaints) if (at + BOUNDS.complaintMs < now) this.complaints.delete(about);
    this.asker.prune();
    this.desk.forget();
    this.announcer.prune(slotAt(this.parts.now()) - BOUNDS.slots);
    this.announcer.beat();
  }

  private tell(changes: MemberChange[]): void {
    for (const change of changes) this.parts.onMember(change);
  }

  /** Once in a while about the same. */
  private complain(code: string, from: string, text: string): void {
    const about = `${code} ${from}`;
    if (this.complaints.has(about)) return;
    this.complaints.set(about, performance.now());
    this.parts.onFault(code, text);
  }
}
