import type { Command, NodeState } from '../../common/agent.ts';

/** A command that was not obeyed by then is sent again, as long as it is still wanted. */
const AGAIN_MS = 500;
/** Long enough for a slow line; a member cut off for longer must not wake up to old commands. */
const VALID_MS = 2000;

export interface Lead {
  window: number;
  leader: string;
  pause: string[];
  head: { num: number; id: string } | null;
}

export interface Order {
  signer: string;
  command: Command;
}

interface Known {
  state: NodeState;
  sent: { order: Command['order']; at: number } | null;
}

/**
 * Which member should make blocks, and what its and the others' nodes have to be told for that. Commands follow from how a node
 * is against how it should be, so one that was lost is sent again, and one that was obeyed is not. Pure: time comes with the calls.
 */
export class Commander {
  private readonly nodes = new Map<string, Known>();
  private current: Lead | null = null;
  private seq = 0;

  get lead(): Lead | null {
    return this.current;
  }

  /** A new leader: the others' pauses first, then its resume. Sent to whoever has an agent; to others nothing can be said. */
  appoint(lead: Lead, now: number): Order[] {
    this.current = lead;
    const others = new Set([...lead.pause, ...this.producing()]);
    others.delete(lead.leader);
    const orders = [...others].map((signer) => this.order(signer, 'pause', now));
    return [...orders, this.order(lead.leader, 'resume', now)];
  }

  /** Every member proposes again: those that were paused here are resumed. */
  release(now: number): Order[] {
    const lead = this.current;
    this.current = null;
    if (!lead) return [];
    const paused = [...this.nodes].filter(([, { state }]) => state === 'paused');
    return paused.map(([signer]) => this.order(signer, 'resume', now, lead.window));
  }

  /** What an agent says of its node; gives the command that it needs, if it needs one. `tip` is the public one. */
  heard(signer: string, state: NodeState, now: number, tip: Command['head']): Order | null {
    const known = this.of(signer);
    known.state = state;
    const lead = this.current;
    if (!lead || state === 'unreachable') return null;
    const order = signer === lead.leader ? 'resume' : 'pause';
    if (state === (order === 'resume' ? 'producing' : 'paused')) return null;
    if (known.sent?.order === order && now < known.sent.at + AGAIN_MS) return null;
    if (order === 'resume') this.current = { ...lead, head: tip };
    return this.order(signer, order, now);
  }

  /**
   * Whether a member's node may be making blocks, so that other members' blocks must be kept from it: all of them in propose
   * mode; in standby mode the leader, and whose agent has not said that it is paused. Who never signed a block here follows.
   */
  mayProduce(signer: string | null): boolean {
    if (!this.current) return true;
    if (signer === null) return false;
    return signer === this.current.leader || this.nodes.get(signer)?.state !== 'paused';
  }

  /** An agent went away: what its node does is not known any more. */
  lost(signer: string): void {
    this.nodes.delete(signer);
  }

  private producing(): string[] {
    return [...this.nodes].filter(([, { state }]) => state === 'producing').map(([signer]) => signer);
  }

  private of(signer: string): Known {
    const known = this.nodes.get(signer) ?? { state: 'unreachable', sent: null };
    this.nodes.set(signer, known);
    return known;
  }

  private order(signer: string, order: Command['order'], now: number, window = this.current?.window ?? 0): Order {
    const known = this.nodes.get(signer);
    if (known) known.sent = { order, at: now };
    // By the clock, so that an emitter that was restarted goes on above what it sent before.
    this.seq = Math.max(this.seq + 1, Math.floor(now));
    const head = order === 'resume' ? (this.current?.head ?? null) : null;
    return { signer, command: { window, seq: this.seq, order, expires: Math.floor(now) + VALID_MS, head } };
  }
}
