import type { ChainInfo } from '../common/chain.ts';

/** How often the relay node is asked for its head while something is outstanding. */
const POLL_MS = 30;

/** An answer that took longer says that the node is busy, and nothing of a block. */
const PROMPT_MS = 100;

/** So many prompt answers in a row that show the node stuck right below a block, all past its time, mean that it refused it. */
const STRIKES = 2;

/** A block without a verdict for so long went under with its branch, or the node cannot be asked: nothing is held against anyone. */
const GIVE_UP_MS = 3000;

/** Two windows of blocks and their rescues. */
const LINKS_KEPT = 256;

interface Outstanding {
  id: string;
  previous: string;
  /** When the node could begin with it: it passed it on, and the block before was accepted. */
  since: number;
  sentAt: number;
  /** The node passed it on, so it has it. Without that it may still be on its way, or the way is broken. */
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
  onVerdict(id: string, ok: boolean): void;
  onIrreversible(num: number): void;
}

/**
 * Watches whether the relay node takes what was let out: only execution shows that a body is valid. A node that cannot be reached, is
 * busy, or went to another branch says nothing about a block; nor does one that does not have it. That it has a block shows when it passes it
 * on, to a member's connection, which nodeos does before it executes it. Source: Leap net_plugin.cpp, `handle_message` (signed_block).
 */
export class Acceptance {
  private readonly parts: AcceptanceParts;
  private readonly parents = new Map<string, string>();
  private outstanding: Outstanding[] = [];
  private irreversible = 0;
  private isPolling = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(parts: AcceptanceParts) {
    this.parts = parts;
  }

  /** A block was let out. `cpuUs`: the billed CPU of its transactions. */
  sent({ id, previous, cpuUs }: { id: string; previous: string; cpuUs: number }): void {
    const now = this.parts.now();
    this.knows(id, previous);
    const allowedMs = Math.max(this.parts.acceptMs, (2 * cpuUs) / 1000);
    this.outstanding.push({ id, previous, since: now, sentAt: now, has: false, allowedMs, strikes: 0 });
    this.arm();
  }

  /** The relay node passed a block on. */
  passedOn(id: string): void {
    const block = this.outstanding.find((one) => one.id === id && !one.has);
    if (!block) return;
    block.has = true;
    block.since = this.parts.now();
  }

  /** A block and its parent, so that heads on top of what was let out are understood. */
  knows(id: string, previous: string): void {
    this.parents.set(id, previous);
    for (const oldest of this.parents.keys()) {
      if (this.parents.size <= LINKS_KEPT) break;
      this.parents.delete(oldest);
    }
  }

  /** The session with the relay node ended: what was on its way may be lost, which is nobody's fault. */
  forget(): void {
    this.outstanding = [];
  }

  stop(): void {
    this.forget();
    if (this.timer) clearTimeout(this.timer);
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
      const info = await this.parts.info();
      const now = this.parts.now();
      this.judge(info.head_block_id, asked, now - asked <= PROMPT_MS);
      this.noteIrreversible(info.last_irreversible_block_num);
    } catch {
      // Unreachable: unknown, and tried again.
    }
    const now = this.parts.now();
    this.outstanding = this.outstanding.filter(({ sentAt }) => now < sentAt + GIVE_UP_MS);
    this.isPolling = false;
    this.arm();
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
