import type { Command, NodeState } from '../../common/agent.ts';

/** Long enough for a slow line; a member cut off for longer must not wake up to old commands. */
const VALID_MS = 2000;

/**
 * A node that is paused still finishes the block it is at, and drops what comes until then: a slot, and the agent's look at it.
 * Source: Leap v5.0.3 producer_plugin.cpp, `pause` (sets a flag alone) and `on_incoming_block`.
 */
export const SETTLE_MS = 700;

/** The selection's word: one member makes the blocks, or all do. */
export type Duty =
  | { type: 'lead'; window: number; leader: string; pause: string[]; head: { num: number; id: string } | null }
  | { type: 'release'; window: number; resume: string[] };

export interface Order {
  signer: string;
  command: Command;
}

/**
 * Makes commands to nodes out of the selection's word on who makes blocks, and knows whose node may be making some. A command
 * that was lost is the selection's to repeat, for it hears how the nodes are. Pure: time comes with the calls.
 */
export class Commander {
  private readonly nodes = new Map<string, { state: NodeState; since: number }>();
  private leader: string | null = null;
  private seq = 0;

  /** The commands in the order in which they are to be sent: the pauses first. */
  command(duty: Duty, now: number): Order[] {
    const { window } = duty;
    this.leader = duty.type === 'lead' ? duty.leader : null;
    if (duty.type === 'release') return duty.resume.map((signer) => this.order(signer, 'resume', window, now, null));
    const pauses = duty.pause.map((signer) => this.order(signer, 'pause', window, now, null));
    return [...pauses, this.order(duty.leader, 'resume', window, now, duty.head)];
  }

  /** What an agent says of its node. */
  heard(signer: string, state: NodeState, now: number): void {
    if (this.nodes.get(signer)?.state !== state) this.nodes.set(signer, { state, since: now });
  }

  /** An agent went away: what its node does is not known any more. */
  lost(signer: string): void {
    this.nodes.delete(signer);
  }

  /**
   * Whether a member's node may be making blocks, so that other members' blocks must be kept from it: all of them in propose
   * mode; in standby mode the leader, and whose agent has not said long enough that it is paused. A connection on which no block
   * was signed yet (`signer` null) follows, unless it can be that of one who may make blocks: who is not on another (`isKnown`).
   */
  mayProduce(signer: string | null, now: number, isKnown: (signer: string) => boolean): boolean {
    if (this.leader === null) return true;
    if (signer !== null) return signer === this.leader || !this.isSettled(signer, now);
    const isHidden = (one: string) => this.nodes.get(one)?.state !== 'unreachable' && !isKnown(one);
    return [this.leader, ...this.nodes.keys()].some(
      (one) => (one === this.leader || !this.isSettled(one, now)) && isHidden(one),
    );
  }

  private isSettled(signer: string, now: number): boolean {
    const node = this.nodes.get(signer);
    return node?.state === 'paused' && now >= node.since + SETTLE_MS;
  }

  private order(signer: string, order: Command['order'], window: number, now: number, head: Command['head']): Order {
    // By the clock, so that an emitter that was restarted goes on above what it sent before.
    this.seq = Math.max(this.seq + 1, Math.floor(now));
    return { signer, command: { window, seq: this.seq, order, expires: Math.floor(now) + VALID_MS, head } };
  }
}
