import { seededRandom } from '../../common/random.ts';
import { firstSlot, lastSlot, SLOT_MS, slotTime, windowOf } from '../../common/slot.ts';
import type { Candidate } from '../../emitter/select/types.ts';
import { type Block, BlockTree } from './blocks.ts';
import { Line, MemberChannel } from './channel.ts';
import { Node, type NodeSettings } from './node.ts';
import { type Fault, type Plan, WARM_UP } from './plan.ts';
import { type Decided, type Emission, PoolEmitter } from './pool-emitter.ts';
import { Queue } from './queue.ts';

/** Any slot will do; this one begins a round of every size up to four producers. */
const FIRST_SLOT = 12 * 12 * 150_000;
const REDIAL_MS = 100;
/** A member that starts with an empty state dials this long after. */
const START_MS = 400;

/** Before a block's own time by which it has not left its producer yet, but the one before it has. */
const PARENT_EARLY_MS = 900;

/** After an answer, a node that still cannot link waits this long before it asks again. */
const RESYNC_MS = 100;

export interface EmittedRecord {
  at: number;
  effect: Emission;
  /** The public head by nodeos’ own rule, as far as the emitter had seen. */
  tip: Block;
  /** Whether the first block's parent was public. */
  onPublic: boolean;
  /** The other producers' latest block that the emitter had seen. */
  newest: Block | null;
  /** Last irreversible block of the relay node then. */
  lib: Block;
}

export interface MemberRecord {
  node: Node;
  /** Times at which its connection was lost, or it was killed or frozen. */
  troubles: number[];
  /** All its nodes, one after each restart. */
  nodes: Node[];
}

export interface Played {
  plan: Plan;
  tree: BlockTree;
  pool: number;
  /** Ids of the pool's windows, in order. */
  poolWindows: number[];
  emitted: EmittedRecord[];
  candidates: Candidate[];
  members: MemberRecord[];
  publicNodes: Node[];
  relay: Node;
  /** Windows in which the emitter was down or its log refused a decision. */
  emitterTroubles: Set<number>;
  /** When each fault happened and whom it hit. */
  happened: { at: number; fault: Fault; member: number }[];
}

export function signerOf(member: number): string {
  return `0:m${member}`;
}

/** A world in motion: nodes, connections, the emitter, and what goes wrong when. */
export class World {
  readonly plan: Plan;
  readonly queue: Queue;
  readonly tree: BlockTree;
  readonly pool: number;
  readonly relay: Node;
  readonly publicNodes: Node[] = [];
  readonly members: MemberRecord[] = [];
  readonly played: Played;
  private readonly firstPoolWindow: number;
  private readonly channels = new Map<number, MemberChannel>();
  private readonly log: Decided[] = [];
  private emitter: PoolEmitter | null = null;
  private out: Line;
  private fenceFails = false;
  /** How long the emitter will be down when it dies at its next decision. */
  private crashMs: number | null = null;

  constructor(plan: Plan) {
    this.plan = plan;
    const random = seededRandom(plan.seed ^ 0x5eed);
    const producers = plan.others + 1;
    this.pool = random.below(producers);
    const first = windowOf(FIRST_SLOT);
    this.firstPoolWindow =
      first + producers + ((this.pool - ((first + producers) % producers) + producers) % producers);
    this.queue = new Queue(slotTime(FIRST_SLOT) - 600);
    this.tree = new BlockTree(producers, FIRST_SLOT - 1);
    for (let p = 0; p < producers; p++) {
      if (p !== this.pool) this.publicNodes.push(this.node(`bp${p}`, p, { busy: 100 }));
    }
    this.relay = this.node('relay', null, {});
    for (const [i, a] of this.publicNodes.entries()) {
      for (const b of this.publicNodes.slice(i + 1)) this.join(a, b);
      this.join(a, this.relay);
    }
    for (let n = 0; n < plan.peers; n++) {
      const peer = this.node(`peer${n}`, null, {});
      this.join(peer, this.publicNodes[0] as Node);
      this.publicNodes.push(peer);
    }
    this.publicNodes.push(this.relay);
    this.out = new Line(this.queue, () => 0.1);
    const poolWindows = Array.from({ length: plan.windows }, (_, n) => this.windowAt(n));
    this.played = {
      ...{ plan, tree: this.tree, pool: this.pool, poolWindows, emitted: [], candidates: [], members: this.members },
      ...{ publicNodes: this.publicNodes, relay: this.relay, emitterTroubles: new Set(), happened: [] },
    };
    this.queue.at(this.queue.now + 10, () => this.startEmitter());
    for (const [m] of plan.members.entries()) this.startMember(m, this.queue.now + 20 + 10 * m);
    for (const fault of plan.faults) {
      const at = slotTime(firstSlot(this.windowAt(fault.window)) + fault.slot) + fault.afterMs;
      const early = { 'late-parent': -PARENT_EARLY_MS, stall: -SLOT_MS }[fault.kind as string] ?? 0;
      this.queue.at(at + early, () => this.happen(fault));
    }
  }

  /** Id of the nth pool window. */
  windowAt(n: number): number {
    return this.firstPoolWindow + n * this.tree.producers;
  }

  play(): Played {
    const last = lastSlot(this.windowAt(this.plan.windows - 1));
    // Until all that was held is handed over and the next producers have made their blocks.
    this.queue.until(slotTime(last) + 8000);
    return this.played;
  }

  private node(name: string, producer: number | null, own: { member?: number; busy?: number }): Node {
    const member = own.member === undefined ? undefined : this.plan.members[own.member];
    const random = seededRandom(this.plan.seed ^ (name.charCodeAt(name.length - 1) * 7919));
    const busyPercent = own.busy ?? member?.busyPercent ?? 0;
    const settings: NodeSettings = {
      ...{ name, producer, skewMs: member?.skewMs ?? 0, effortMs: member?.effortMs ?? 450 },
      busy: () => random.below(100) < busyPercent,
      cpuMs: this.plan.cpuMs,
    };
    return new Node(settings, this.tree, this.queue, { enabled: producer !== null && member === undefined });
  }

  /** A connection between two public nodes. */
  private join(a: Node, b: Node): void {
    const { publicDelayMs } = this.plan;
    const delay = () => publicDelayMs;
    const there = new Line(this.queue, delay);
    const back = new Line(this.queue, delay);
    const asking = new Set<Node>();
    // One answer at a time: what cannot be linked in it asks again only afterwards.
    const answer = (from: Node, to: Node, line: Line, end: { send(block: Block): void; resync(): void }) => {
      if (asking.has(from)) return;
      asking.add(from);
      line.carry(() => {
        for (const block of to.branchFrom(from.root.num)) line.carry(() => from.receive(block, end), 1);
        line.carry(() => asking.delete(from), RESYNC_MS);
      });
    };
    const atA = {
      send: (block: Block) => there.carry(() => b.receive(block, atB)),
      resync: () => answer(a, b, back, atA),
    };
    const atB: typeof atA = {
      send: (block: Block) => back.carry(() => a.receive(block, atA)),
      resync: () => answer(b, a, there, atB),
    };
    a.connect(atA);
    b.connect(atB);
  }

  private startEmitter(): void {
    const own = {
      send: (block: Block) => this.queue.at(this.queue.now + 0.1, () => this.emitter?.onPublic(block)),
      resync: () => {},
    };
    const emitter: PoolEmitter = new PoolEmitter(
      {
        ...{ tree: this.tree, queue: this.queue, pool: this.pool, log: this.log },
        cpuUs: Math.round(this.plan.cpuMs * 1000),
        relayHead: () => this.relay.head,
        send: (block) => this.out.carry(() => this.relay.receive(block, own)),
        onEmit: (effect, tip, known, newest) => {
          const onPublic = known(effect.path[0]?.previous ?? '');
          const copy = { ...effect, path: [...effect.path], replaced: [...effect.replaced] };
          this.played.emitted.push({ at: this.queue.now, effect: copy, tip, onPublic, newest, lib: this.relay.root });
        },
        onCandidate: (candidate) => this.played.candidates.push(candidate),
        fenceFails: () => this.takeFence(),
        dies: () => this.takeCrash(),
      },
      this.relay.head,
    );
    this.emitter = emitter;
    this.relay.connect(own);
  }

  private takeFence(): boolean {
    const fails = this.fenceFails;
    this.fenceFails = false;
    if (fails) this.trouble(this.queue.now);
    return fails;
  }

  private takeCrash(): boolean {
    const { crashMs } = this;
    this.crashMs = null;
    if (crashMs !== null) this.restartEmitter(crashMs);
    return crashMs !== null;
  }

  private trouble(at: number): void {
    for (const window of this.played.poolWindows) {
      if (at > slotTime(firstSlot(window) - 2) && at < slotTime(lastSlot(window) + 2))
        this.played.emitterTroubles.add(window);
    }
  }

  private startMember(m: number, at: number): void {
    this.queue.at(at, () => {
      const node = this.node(`m${m}`, this.pool, { member: m });
      const record = this.members[m];
      if (record) {
        record.node = node;
        record.nodes.push(node);
      } else this.members[m] = { node, troubles: [], nodes: [node] };
      this.dial(m, node, this.queue.now + START_MS);
    });
  }

  private dial(m: number, node: Node, at: number): void {
    this.queue.at(at, () => {
      if (!node.alive || this.channels.has(m)) return;
      if (!this.emitter) return this.dial(m, node, this.queue.now + REDIAL_MS);
      const { delayMs, jitterMs } = this.plan.members[m] as Plan['members'][number];
      const random = seededRandom((this.plan.seed + m * 31) ^ Math.floor(this.queue.now));
      const delay = () => delayMs + random.next() * jitterMs;
      const shared = { relay: this.relay, emitter: this.emitter, queue: this.queue };
      this.channels.set(m, new MemberChannel({ member: node, signer: signerOf(m), delay, ...shared }));
    });
  }

  private hangUp(m: number): void {
    this.channels.get(m)?.close();
    this.channels.delete(m);
    this.members[m]?.troubles.push(this.queue.now);
  }

  private leader(): number {
    const leader = this.emitter?.state.window?.leader;
    const m = this.plan.members.findIndex((_, i) => signerOf(i) === leader);
    return Math.max(0, m);
  }

  private happen(fault: Fault): void {
    const now = this.queue.now;
    const m = fault.who === 'leader' ? this.leader() : fault.who === 'all' ? -1 : fault.who;
    this.played.happened.push({ at: now, fault, member: m });
    const record = this.members[m];
    switch (fault.kind) {
      case 'kill':
        if (!record?.node.alive) return;
        record.node.die();
        this.hangUp(m);
        return this.startMember(m, now + fault.forMs);
      case 'freeze': {
        if (!record?.node.alive) return;
        const { node } = record;
        node.freeze();
        record.troubles.push(now, now + fault.forMs);
        return this.queue.at(now + fault.forMs, () => node.thaw());
      }
      case 'cut':
        if (!record?.node.alive) return;
        this.hangUp(m);
        return this.dial(m, record.node, now + fault.forMs);
      case 'slow':
        record?.troubles.push(now, now + fault.forMs);
        return this.channels.get(m)?.up.stall(now + fault.forMs);
      case 'late-parent':
        return this.lateParent(fault, m);
      case 'leak':
        return this.leak(fault, m);
      case 'forged':
        return this.leakForged(fault, m);
      case 'fence':
        this.fenceFails = true;
        return;
      case 'crash':
        this.crashMs = fault.forMs;
        return;
      case 'emitter':
        return this.restartEmitter(fault.forMs);
      case 'stall':
        this.trouble(now);
        this.trouble(now + fault.forMs);
        return this.out.stall(now + SLOT_MS + fault.forMs);
    }
  }

  /** From before the previous producer's last block on, nothing of the relay node's gets to members until later. */
  private lateParent(fault: Fault, m: number): void {
    const until = slotTime(firstSlot(this.windowAt(fault.window)) - 1) + fault.forMs;
    for (const [n, channel] of this.channels) {
      if (m < 0 || n === m) channel.fromRelayNode.stall(until);
      if (m < 0 || n === m) this.members[n]?.troubles.push(this.queue.now);
    }
  }

  /** The window's first public block reaches a member on another way. */
  private leak(fault: Fault, m: number): void {
    const window = this.windowAt(fault.window);
    const block = this.relay.branchFrom(this.relay.root.num).find(({ slot }) => windowOf(slot) === window);
    if (block) this.channels.get(m)?.leak(block);
  }

  /** A member hands the network a block of its own for the next slot, past the emitter, whose body is invalid. */
  private leakForged(fault: Fault, m: number): void {
    const { head } = this.relay;
    const slot = head.slot + 1;
    if (windowOf(slot) !== this.windowAt(fault.window)) return;
    const forged = this.tree.forge(head, slot, this.pool, signerOf(m));
    if (forged) this.relay.receive(forged, { send: () => {}, resync: () => {} });
  }

  private restartEmitter(downMs: number): void {
    this.trouble(this.queue.now);
    this.trouble(this.queue.now + downMs + REDIAL_MS);
    this.emitter?.stop();
    this.emitter = null;
    for (const [m, channel] of this.channels) {
      channel.close();
      this.members[m]?.troubles.push(this.queue.now);
      this.dial(m, channel.member, this.queue.now + downMs + REDIAL_MS);
    }
    this.channels.clear();
    this.queue.at(this.queue.now + downMs, () => {
      if (!this.emitter) this.startEmitter();
    });
  }
}

export function play(plan: Plan): Played {
  return new World(plan).play();
}

export { WARM_UP };
