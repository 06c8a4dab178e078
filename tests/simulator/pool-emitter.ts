import { SLOT_MS, slotAt, slotInWindow, slotTime, windowOf } from '../../common/slot.ts';
import { type BranchBlock, PublicBranch } from '../../emitter/relay/branch.ts';
import { Frames } from '../../emitter/relay/frames.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { candidateKey, initialState, type SelectState } from '../../emitter/select/state.ts';
import {
  type BlockRef,
  type Candidate,
  SELECT_DEFAULTS,
  type SelectEffect,
  type SelectEvent,
} from '../../emitter/select/types.ts';
import { type Block, type BlockTree, isPreferred } from './blocks.ts';
import type { MemberChannel } from './channel.ts';
import type { Queue } from './queue.ts';

export type Emission = Extract<SelectEffect, { type: 'emit' }>;

/** Source: emitter/verify/candidate.ts. */
const GAIN_PER_SLOT_MS = SLOT_MS / 2;
const STALE_MS = 12 * SLOT_MS;
/** Two polls after the least that a node is given for a block. Source: emitter/acceptance.ts. */
const VERDICT_MS = 260;
/** Until the relay node has answered a request for blocks. */
const ANSWER_MS = 2;

export interface Decided {
  block: BlockRef;
  signer: string;
  rescue: boolean;
  /** Of a rescue's first block: the leader that is out. */
  failed?: string;
}

interface Parts {
  tree: BlockTree;
  queue: Queue;
  pool: number;
  cpuUs: number;
  /** Writes a block to the relay node. */
  send(block: Block): void;
  /** The relay node's head, as it answers when it is asked. */
  relayHead(): Block;
  /** Told of each emission that passed the fence. */
  onEmit(effect: Emission, tip: Block, known: (id: string) => boolean, newest: Block | null): void;
  onCandidate(candidate: Candidate): void;
  /** Whether the next decision cannot be made durable. */
  fenceFails(): boolean;
  /** Whether the emitter dies between the next decision and its block's way out. */
  dies(): boolean;
  /** What earlier runs decided, oldest first. */
  log: Decided[];
}

/** The emitter without sockets and bytes: the real reducer, and the wiring of emitter.ts and chooser.ts around it. */
export class PoolEmitter {
  readonly state: SelectState = initialState({ ...SELECT_DEFAULTS });
  readonly tree: BlockTree;
  readonly pool: number;
  private readonly parts: Parts;
  private readonly branch = new PublicBranch();
  private readonly frames = new Frames();
  /** Blocks whose header can be checked against: public ones and candidates. */
  private readonly linked = new Set<string>();
  private readonly orphans: { channel: MemberChannel; block: Block; at: number }[] = [];
  private readonly publicIds = new Set<string>();
  private lastTurn: number;
  private wake = 0;
  private stopped = false;
  /** The other producers' latest block that was seen. */
  private newest: Block | null = null;
  /** Head of the public chain by nodeos' rule, as far as this one was told of it, own emissions included. */
  private best: Block;

  /** Starts at the relay node's head, below what was let out in the window that runs; the relay node sends that then. */
  constructor(parts: Parts, head: Block) {
    this.parts = parts;
    this.tree = parts.tree;
    this.pool = parts.pool;
    this.lastTurn = windowOf(slotAt(parts.queue.now)) - 1;
    for (let at: Block | null = head; at && at.num > head.irreversible; at = at.parent) {
      this.linked.add(at.id);
      this.publicIds.add(at.id);
    }
    const root = this.belowOwn(head);
    this.best = root;
    this.dispatch({ type: 'public', at: this.now(), block: ref(root), pool: false });
    const window = windowOf(root.slot);
    for (const { block, ...said } of parts.log) {
      const isNear = windowOf(block.slot) === window || windowOf(block.slot) === window + 1;
      if (isNear) this.dispatch({ type: 'decided', at: this.now(), block: { ...block, previous: '' }, ...said });
    }
    const running = this.state.window?.id ?? window;
    const over = parts.log.map(({ block }) => windowOf(block.slot)).filter((each) => each < running);
    if (over.length > 0) this.dispatch({ type: 'resume', at: this.now(), window: Math.max(...over) });
    const own: Block[] = [];
    for (let at: Block | null = head; at && at !== root; at = at.parent) own.unshift(at);
    parts.queue.at(parts.queue.now + ANSWER_MS, () => {
      for (const block of own) this.onPublic(block);
    });
  }

  /** Source: emitter/public-chain.ts, `seedBelowOwn`. */
  private belowOwn(head: Block): Block {
    const own = new Set(this.parts.log.map(({ block }) => block.id));
    let root = head;
    while (own.has(root.id) && windowOf(root.slot) === windowOf(head.slot) && root.parent) root = root.parent;
    const isServed = root.num >= head.irreversible && windowOf(root.slot) >= windowOf(head.slot) - 1;
    return isServed ? root : head;
  }

  get tip(): BlockRef | null {
    return this.state.tip;
  }

  now(): number {
    return Math.floor(this.parts.queue.now);
  }

  stop(): void {
    this.stopped = true;
  }

  isPoolWindow(window: number): boolean {
    return window % this.tree.producers === this.pool;
  }

  isPrivate(id: string): boolean {
    return this.frames.isPrivate(id, this.state.emittedIds);
  }

  branchOf(window: number): { id: string; frame: Buffer }[] {
    return this.branch.of(window);
  }

  upTo(id: string): BranchBlock[] {
    const path: BranchBlock[] = [];
    for (let block = this.branch.find(id); block; block = this.branch.find(block.previous)) path.unshift(block);
    return path;
  }

  isKnown(id: string): boolean {
    return this.linked.has(id);
  }

  /** Emitted or seen in public. */
  isPublic(id: string): boolean {
    return this.publicIds.has(id);
  }

  /** A block of the network, on the own session or on a member's way. */
  onPublic(block: Block): void {
    this.publicIds.add(block.id);
    if (this.stopped || this.frames.sawPublic(block.id)) return;
    if (block.forgedBy === undefined && isPreferred(block, this.best)) this.best = block;
    this.link(block.id);
    const pool = block.producer === this.pool;
    if (!pool && block.slot > (this.newest?.slot ?? 0)) this.newest = block;
    if (pool) this.branch.add(block);
    const at = this.now();
    const signed = block.forgedBy === undefined ? {} : { signer: block.forgedBy };
    this.dispatch({ type: 'public', at, block: ref(block), pool, ...signed });
    const window = windowOf(slotAt(at));
    for (; this.lastTurn < window; this.lastTurn++) {
      const turn = this.lastTurn + 1;
      if (this.isPoolWindow(turn)) this.dispatch({ type: 'turn', at, window: turn });
    }
  }

  onCandidate(channel: MemberChannel, block: Block): void {
    if (this.stopped) return;
    this.frames.sawCandidate(block.id);
    this.take(channel, block, this.now());
  }

  onClosed(channel: MemberChannel): void {
    if (channel.identified && !this.stopped) this.tellMember(channel.signer, false);
  }

  private take(channel: MemberChannel, block: Block, at: number): void {
    const early = slotTime(block.slot) - at;
    if (early > SLOT_MS + GAIN_PER_SLOT_MS * (slotInWindow(block.slot) + 1) || -early > STALE_MS) return;
    if (!this.linked.has(block.previous)) {
      this.orphans.push({ channel, block, at });
      channel.askForLacking();
      return;
    }
    if (this.frames.keep(candidateKey({ id: block.id, signer: channel.signer }), keptOf(block))) {
      if (!channel.identified) {
        channel.identified = true;
        this.tellMember(channel.signer, true);
      }
      const late = at > slotTime(block.slot) + SLOT_MS;
      const made = { signer: channel.signer, confirmed: block.confirmed, cpuUs: this.parts.cpuUs };
      const size = { transactions: block.content ? 1 : 0, bytes: 200 };
      const candidate: Candidate = { ...ref(block), ...made, ...size, arrivedMs: at, late };
      this.parts.onCandidate(candidate);
      this.dispatch({ type: 'candidate', at: this.now(), candidate });
    }
    this.link(block.id);
  }

  private link(id: string): void {
    this.linked.add(id);
    const ready = this.orphans.filter(({ block }) => block.previous === id);
    if (ready.length === 0) return;
    const rest = this.orphans.filter(({ block }) => block.previous !== id);
    this.orphans.splice(0, this.orphans.length, ...rest);
    for (const { channel, block, at } of ready) this.take(channel, block, at);
  }

  private tellMember(signer: string, up: boolean): void {
    this.dispatch({ type: 'member', at: this.now(), signer, up });
  }

  private dispatch(event: SelectEvent): void {
    for (const effect of reduce(this.state, event)) {
      // It died in the midst of its answer.
      if (this.stopped) return;
      if (effect.type === 'emit' && !this.state.window?.halted) this.emit(effect);
      if (effect.type === 'wake') this.wakeAt(effect.at);
      if (effect.type === 'leak') this.judge(effect.block);
      if (effect.type === 'rejected') this.branch.remove(effect.gone);
      if (effect.type === 'closed') this.frames.prune(effect.window);
    }
  }

  /** What acceptance.ts finds out: the relay node has the leak, and stays right below it. */
  private judge({ id, previous }: BlockRef): void {
    this.parts.queue.at(this.parts.queue.now + VERDICT_MS, () => {
      if (this.stopped || this.parts.relayHead().id !== previous) return;
      this.dispatch({ type: 'accepted', at: this.now(), id, ok: false });
    });
  }

  private wakeAt(at: number): void {
    const wake = ++this.wake;
    this.parts.queue.at(at, () => {
      if (wake === this.wake && !this.stopped) this.dispatch({ type: 'tick', at: this.now() });
    });
  }

  private emit(effect: Emission): void {
    const window = windowOf(effect.path[0]?.slot ?? 0);
    if (this.parts.fenceFails()) {
      this.dispatch({ type: 'fence-failed', at: this.now(), window, step: effect.step });
      return;
    }
    this.parts.onEmit(effect, this.best, (id) => this.isPublic(id), this.newest);
    const dies = this.parts.dies();
    for (const [i, { id, num, slot, previous, signer }] of effect.path.entries()) {
      const rescue = effect.reason === 'rescue' && i === 0;
      const out = rescue ? { failed: effect.failed ?? '' } : {};
      this.parts.log.push({ block: { id, num, slot, previous }, signer, rescue, ...out });
      if (dies) continue;
      const kept = this.frames.get(candidateKey({ id, signer }));
      if (!kept) throw new Error(`the frame of ${id} by ${signer} is gone`);
      this.frames.sawPublic(id);
      this.publicIds.add(id);
      this.best = this.tree.of(kept.frame);
      this.branch.add({ id, num, slot, previous, frame: kept.frame });
      this.parts.send(this.tree.of(kept.frame));
    }
    this.branch.remove(effect.replaced.map((old) => old.id));
  }
}

function ref({ id, num, slot, previous, irreversible }: Block): BlockRef {
  return { id, num, slot, previous, irreversible };
}

function keptOf(block: Block): { slot: number; frame: Buffer; monotonic: number } {
  return { slot: block.slot, frame: block.frame, monotonic: 0 };
}
