import type { Decided, DecisionEvent } from '../../common/pool-store.ts';
import { slotAt, slotTime, windowOf } from '../../common/slot.ts';
import type { Chooser } from '../../emitter/chooser.ts';
import { SharedDecider } from '../../emitter/decide/shared.ts';
import { hasDecided } from '../../emitter/log/choices.ts';
import { Journal } from '../../emitter/log/journal.ts';
import { candidateKey } from '../../emitter/select/state.ts';
import type { BlockRef, Candidate, SelectEvent } from '../../emitter/select/types.ts';
import { chooserOf, feedTo, runStart } from './log-world.ts';
import type { LineWay, MemoryLine } from './memory-line.ts';
import { MemoryLogFile, type MemoryLogStore } from './memory-log.ts';
import { Port, type VirtualTime } from './virtual-time.ts';

/** Who signed a block is not asked for older ones. See verify/candidate.ts. */
const STALE_MS = 6000;

/** What a station tells of, and asks for. */
export interface StationEnds {
  time: VirtualTime;
  line: MemoryLine;
  way: LineWay;
  strategy: string;
  /** A block leaves it. */
  onSent(block: BlockRef & { signer: string }): void;
  /** The blocks of the network that it comes to know at a start: the last is its relay node's head. */
  network(): BlockRef[];
  /** It is there again: members dial. */
  onStarted(): void;
  onWant(id: string, signer: string): void;
}

/** One emitter of a fleet: a real chooser, decider and journal, which can be frozen, killed and started again. */
export class Station {
  readonly name: string;
  readonly file = new MemoryLogFile();
  readonly wrong: string[] = [];
  readonly faults: string[] = [];
  chooser!: Chooser;
  decider!: SharedDecider;
  port!: Port;
  canSend = true;
  /** Its clock was off at some time. */
  wasOff = false;
  /** Members and the network's blocks come in: not before it knows what was decided. */
  isOpen = false;
  /** When it was started last, and when it last could not do all that it should. */
  since = 0;
  private readonly ends: StationEnds;
  private store!: MemoryLogStore;
  private run = 0;
  private known = new Set<string>();
  private isPublic = new Set<string>();
  private wake = 0;
  private off = 0;

  constructor(name: string, ends: StationEnds) {
    this.name = name;
    this.ends = ends;
  }

  /** By its own clock. */
  get now(): number {
    return this.ends.time.now + this.off;
  }

  setClock(off: number): void {
    this.off = off;
    this.wasOff ||= off !== 0;
  }

  get isUp(): boolean {
    return !this.port.isDead;
  }

  start(): void {
    const { time, line, way } = this.ends;
    const port = new Port(time);
    const run = `${this.name}-${++this.run}`;
    this.port = port;
    this.since = time.now;
    this.isOpen = false;
    [this.known, this.isPublic] = [new Set(), new Set()];
    this.store = this.file.open();
    const journal = new Journal(
      this.store,
      () => {},
      () => {},
    );
    const stream = line.join(run, port, way, () => this.decider.hint());
    const decider = new SharedDecider({
      ...{ stream, name: this.name, pause: (ms: number) => port.pause(ms) },
      onDecided: (decided) => this.chooser.adopt(decided),
      onTrouble: () => {},
    });
    this.decider = decider;
    this.chooser = chooserOf(
      journal,
      () => this.now,
      () => true,
    );
    const inner = this.chooser as unknown as { parts: Record<string, unknown>; waker: { wakeAt(at: number): void } };
    const guarded = (thrown: unknown) => this.wrong.push(`it threw: ${(thrown as Error).stack}`);
    Object.assign(inner.parts, {
      decider,
      canSend: () => this.canSend,
      send: (_: Buffer, block: BlockRef) => this.send(block as Candidate),
      onLeak: (block: BlockRef) => this.wrong.push(`slot ${block.slot}: a leak is told where there was none`),
      onWant: (id: string, signer: string) => this.isPublic.has(id) || this.ends.onWant(id, signer),
      onFault: (code: string, text: string, at = this.now) => {
        this.faults.push(code);
        journal.tell(null, { type: 'fault', at, code, text });
      },
    });
    inner.waker.wakeAt = (at) => {
      const mine = ++this.wake;
      time.at(Math.max(at - this.off, time.now + 1), () => {
        port.deliver(() => {
          if (mine === this.wake && port === this.port) this.chooser.dispatch({ type: 'tick', at: this.now });
        });
      });
    };
    journal.tell(null, { type: 'start', at: this.now, ...runStart(this.chooser, null), emitter: this.name });
    void this.begin(port).catch((thrown: { code?: string }) => {
      // A run whose clock was ahead closed windows that have not begun: see Chooser.restore.
      if (thrown.code === 'clock' && this.wasOff) this.kill();
      else guarded(thrown);
    });
  }

  kill(): void {
    this.port.isDead = true;
    this.store.close();
    this.ends.line.leave(`${this.name}-${this.run}`);
  }

  take(candidate: Candidate): void {
    const key = candidateKey(candidate);
    if (this.known.has(key) || !this.isOpen) return;
    this.known.add(key);
    this.feed({ type: 'candidate', at: this.now, candidate });
  }

  /** A block came from the network. */
  sees(block: BlockRef, signer: string | null): void {
    if (this.isPublic.has(block.id) || !this.isOpen) return;
    this.isPublic.add(block.id);
    const isNow = this.now - slotTime(block.slot) < STALE_MS;
    const signed = signer === null ? { pool: false } : { pool: true, ...(isNow && { signer }) };
    this.feed({ type: 'public', at: this.now, block, ...signed });
  }

  feed(event: SelectEvent): void {
    feedTo(this.chooser, event);
  }

  private async begin(port: Port): Promise<void> {
    const { strategy, network, onStarted } = this.ends;
    const head = this.headOf(network());
    this.isPublic.add(head.id);
    this.chooser.dispatch({ type: 'public', at: this.now, block: head, pool: false });
    const voted = { strategy, mode: 'propose', fromWindow: 0, previousStrategy: strategy, previousMode: 'propose' };
    this.chooser.dispatch({ type: 'settings', at: this.now, ...voted });
    this.chooser.restore(this.store);
    this.chooser.adopt(await this.decided());
    if (port !== this.port) return;
    this.isOpen = true;
    onStarted();
  }

  /** A service starts again until it can begin. */
  private async decided(): Promise<Decided[]> {
    for (;;) {
      try {
        return await this.decider.begin(windowOf(this.chooser.tip?.slot ?? 0));
      } catch {
        await this.port.pause(100);
      }
    }
  }

  /** As PublicChain.seedBelowOwn: below what it let out itself. */
  private headOf(blocks: BlockRef[]): BlockRef {
    const isOwn = ({ id, slot }: BlockRef) => hasDecided(this.store.choices(windowOf(slot)), id);
    return blocks.findLast((block) => !isOwn(block)) as BlockRef;
  }

  private send(block: Candidate): boolean {
    this.isPublic.add(block.id);
    this.ends.onSent(block);
    return true;
  }

  /** What the selection holds for decided in a window; null when that is not its window now. */
  decidedOf(window: number): Map<number, string> | null {
    const { window: open } = this.chooser.state;
    return open?.id === window ? open.decided : null;
  }
}

/** What a stream of decisions leaves decided in a window: by slot the key of its block; and what is wrong with it. */
export function foldDecisions(decided: readonly Decided[], window: number) {
  const slots = new Map<number, DecisionEvent>();
  const wrong: string[] = [];
  for (const { decisions, seq } of decided) {
    for (const one of decisions) {
      if (windowOf(one.slot) !== window) continue;
      for (const id of one.replaces) for (const [slot, old] of slots) if (old.id === id) slots.delete(slot);
      const before = slots.get(one.slot);
      if (before)
        wrong.push(`decision ${seq}: slot ${one.slot} has ${before.id.slice(0, 12)} and gets ${one.id.slice(0, 12)}`);
      const parent = [...slots.values()].filter(({ slot }) => slot < one.slot).at(-1);
      if (parent && parent.id !== one.previous)
        wrong.push(`decision ${seq}: slot ${one.slot} is not built on what is decided`);
      slots.set(one.slot, one);
    }
  }
  const keys = new Map([...slots].map(([slot, { id, signer }]) => [slot, candidateKey({ id, signer })]));
  return { keys, wrong };
}

export function windowAt(ms: number): number {
  return windowOf(slotAt(ms));
}
