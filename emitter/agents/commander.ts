import type { Command, NodeState } from '../../common/agent.ts';

/** Long enough for a slow line; a member cut off for longer must not wake up to old commands. */
const VALID_MS = 2000;

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
  private readonly nodes = new Map<string, NodeState>();
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
  heard(signer: string, state: NodeState): void {
    this.nodes.set(signer, state);
  }

  /** An agent went away: what its node does is not known any more. */
  lost(signer: string): void {
    this.nodes.delete(signer);
  }

  /**
   * Whether a member's node may be making blocks, so that other members' blocks must be kept from it: all of them in propose
   * mode; in standby mode the leader, and whose agent has not said that it is paused. Who never signed a block here follows.
   */
  mayProduce(signer: string | null): boolean {
    if (this.leader === null) return true;
    if (signer === null) return false;
    return signer === this.leader || this.nodes.get(signer) !== 'paused';
  }

  private order(signer: string, order: Command['order'], window: number, now: number, head: Command['head']): Order {
    // By the clock, so that an emitter that was restarted goes on above what it sent before.
    this.seq = Math.max(this.seq + 1, Math.floor(now));
    return { signer, command: { window, seq: this.seq, order, expires: Math.floor(now) + VALID_MS, head } };
  }
}
