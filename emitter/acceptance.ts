import type { ChainInfo } from '../common/chain.ts';

/** How often the relay node is asked for its head while something is outstanding. */
const POLL_MS = 30;

/** An answer that took longer says that the node is busy, and nothing of a block. */
const PROMPT_MS = 100;

/** So many prompt answers in a row that show the node stuck right below a block, all past its time, mean that it refused it. */
const STRIKES = 2;

/** A block without a verdict for so long went under with its branch, or the node cannot be asked: the latter is told. */
const TELL_MS = 3000;

/** Nothing can be done with a verdict that comes later: its window is over. */
const GIVE_UP_MS = 6000;

/** A node answers a time message at once. One without an answer for so long was lost with its connection. */
const ASK_AGAIN_MS = 300;

/** Two windows of blocks and their rescues. */
const LINKS_KEPT = 256;

interface Watched {
  id: string;
  previous: string;
  slot: number;
  /** The billed CPU of its transactions. */
  cpuUs: number;
}

interface Outstanding extends Omit<Watched, 'cpuUs'> {
  /** It was written to the node here, and is no block that others brought to it. */
  own: boolean;
  /** The question behind it on the same connection, whose answer shows that the node has read the block. */
  question: bigint | null;
  /** Told of as one without a verdict. */
  told: boolean;
  /** When the node could begin with it: it passed it on, and the block before was accepted. */
  since: number;
  sentAt: number;
  /** The node passed it on, or answered what was asked behind it, so it has it. Without that it may still be on its way, or the way is broken. */
  has: boolean;
  /** What the node may take for it. */
  allowedMs: number;
  strikes: number;
}

export interface AcceptanceParts {
  info(): Promise<Pick<ChainInfo, 'head_block_id' | 'last_irreversible_block_num'>>;
  now(): number;
  /** The least a node is given for a block; two times its billed CPU when that is more. */
  acceptMs: number;
  /** Writes a question to the node behind all that was let out; gives its mark, or null while there is no session. */
  ask(): bigint | null;
  onVerdict(id: string, ok: boolean): void;
  /** Whether the node takes a block could not be found out so far; `why` is a clause. */
  onUnknown(slot: number, why: string): void;
  onIrreversible(num: number): void;
}

/**
 * Watches whether the relay node takes what was let out: only execution shows that a body is valid. A node that cannot be reached, is
 * busy, or went to another branch says nothing about a block; nor does one that does not have it. That it has a block shows when it passes it
 * on, to a member's connection, which nodeos does before it executes it (source: Leap net_plugin.cpp, `handle_message` of signed_block), or when it
 * answers a time message that was written behind the block: it reads a connection in order.
 */
export class Acceptance {
  private readonly parts: AcceptanceParts;
  private readonly parents = new Map<string, string>();
  private outstanding: Outstanding[] = [];
  /** What the node passed on of late. */
  private readonly passed = new Set<string>();
  private asked: { mark: bigint; at: number } | null = null;
  /** The node's head by its last answer, and when it was asked for that. */
  private head: { id: string; at: number } | null = null;
  private irreversible = 0;
  private isPolling = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(parts: AcceptanceParts) {
    this.parts = parts;
  }

  /** A block was let out. */
  sent(block: Watched): void {
    this.add(block, true);
  }

  /** A pool block is in public that was not let out here: nobody knows yet whether its body is valid. */
  leaked(block: Watched): void {
    this.add(block, false);
  }

  /** The relay node passed a block on. */
  passedOn(id: string): void {
    this.passed.add(id);
    for (const oldest of this.passed) {
      if (this.passed.size <= LINKS_KEPT) break;
      this.passed.delete(oldest);
    }
    const block = this.outstanding.find((one) => one.id === id && !one.has);
    if (!block) return;
    block.has = true;
    block.since = this.parts.now();
  }

  /** The relay node answered a question of `ask`. */
  answered(mark: bigint): void {
    if (this.asked?.mark !== mark) return;
    this.asked = null;
    for (const block of this.outstanding) {
      if (block.question !== mark || block.has) continue;
      block.has = true;
      block.since = this.parts.now();
    }
  }

  /** A block and its parent, so that heads on top of what was let out are understood. */
  knows(id: string, previous: string): void {
    this.parents.set(id, previous);
    for (const oldest of this.parents.keys()) {
      if (this.parents.size <= LINKS_KEPT) break;
      this.parents.delete(oldest);
    }
  }

  /**
   * The session with the relay node ended: what was on its way may be lost, which is nobody's fault. When it comes up again blocks are written
   * again, and asked for behind them.
   */
  wayLost(): void {
    this.asked = null;
    this.passed.clear();
    for (const block of this.outstanding) Object.assign(block, { has: false, question: null, strikes: 0 });
  }

  stop(): void {
    this.outstanding = [];
    if (this.timer) clearTimeout(this.timer);
  }

  private add({ id, previous, slot, cpuUs }: Watched, own: boolean): void {
    const now = this.parts.now();
    this.knows(id, previous);
    const allowedMs = Math.max(this.parts.acceptMs, (2 * cpuUs) / 1000);
    const none = { question: null, told: false, strikes: 0 };
    const has = this.passed.has(id);
    this.outstanding.push({ id, previous, slot, own, since: now, sentAt: now, has, allowedMs, ...none });
    this.arm();
  }

  private arm(): void {
    if (this.timer || this.isPolling || this.outstanding.length === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.poll();
    }, POLL_MS);
    this.timer.unref();
  }

  private async poll(): Promise<void> {
    this.isPolling = true;
    const asked = this.parts.now();
    try {
      this.askForRead();
      const info = await this.parts.info();
      const now = this.parts.now();
      this.head = { id: info.head_block_id, at: asked };
      this.judge(info.head_block_id, asked, now - asked <= PROMPT_MS);
      this.noteIrreversible(info.last_irreversible_block_num);
    } catch {
      // Unreachable: unknown, and tried again.
    }
    this.expire(this.parts.now());
    this.isPolling = false;
    this.arm();
  }

  /** Asks behind those of which the node has not shown that it has them. */
  private askForRead(): void {
    const now = this.parts.now();
    const open = this.outstanding.filter(({ own, has }) => own && !has);
    if (open.length === 0 || (this.asked && now < this.asked.at + ASK_AGAIN_MS)) return;
    const mark = this.parts.ask();
    if (mark === null) return;
    this.asked = { mark, at: now };
    for (const block of open) block.question = mark;
  }

  private expire(now: number): void {
    for (const block of this.outstanding) {
      if (block.told || now < block.sentAt + TELL_MS) continue;
      block.told = true;
      const why = this.whyUnknown(block);
      if (why === null) block.sentAt = now - GIVE_UP_MS;
      else this.parts.onUnknown(block.slot, why);
    }
    this.outstanding = this.outstanding.filter(({ sentAt }) => now < sentAt + GIVE_UP_MS);
  }

  /** Null when its branch went under: then it does not matter. */
  private whyUnknown({ id, sentAt, has }: Outstanding): string | null {
    const { head } = this;
    if (!head || head.at < sentAt) return 'it does not answer when it is asked for its head';
    if (!this.branchOf(id).has(head.id)) return null;
    return has ? 'it is too busy to tell' : 'it has not shown that it got it';
  }

  private noteIrreversible(num: number): void {
    if (num <= this.irreversible) return;
    this.irreversible = num;
    this.parts.onIrreversible(num);
  }

  private judge(head: string, asked: number, isPrompt: boolean): void {
    const taken = this.branchOf(head);
    const accepted = this.outstanding.filter(({ id }) => taken.has(id));
    this.outstanding = this.outstanding.filter(({ id }) => !taken.has(id));
    for (const { id } of accepted) {
      for (const next of this.outstanding) {
        if (next.previous !== id) continue;
        // It left right behind a block that the node took, on the same connection. One whose parent is still being applied is not passed on.
        next.has = true;
        next.since = Math.max(next.since, asked);
      }
      this.parts.onVerdict(id, true);
    }
    const stuck = this.outstanding.find(({ previous }) => previous === head);
    if (!stuck?.has || !isPrompt || asked < stuck.since + stuck.allowedMs) return;
    stuck.strikes++;
    if (stuck.strikes < STRIKES) return;
    this.outstanding = this.outstanding.filter(({ id }) => !this.branchOf(id).has(stuck.id));
    this.parts.onVerdict(stuck.id, false);
  }

  /** The block and all known blocks below it. */
  private branchOf(head: string): Set<string> {
    const branch = new Set<string>();
    for (let id: string | undefined = head; id !== undefined && !branch.has(id); id = this.parents.get(id))
      branch.add(id);
    return branch;
  }
}
