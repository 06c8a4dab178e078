import type { Clock } from '../common/clock.ts';
import type { Logger } from '../common/logger.ts';
import type { Decided, DecisionEvent } from '../common/pool-store.ts';
import { firstSlot, slotAt, windowOf } from '../common/slot.ts';
import { type Adopting, adoptionOf, mayBeOthers } from './adoption.ts';
import { type EmitterConfig, selectConfig } from './config.ts';
import type { Answer, Decider } from './decide/decider.ts';
import { type CandidateEvent, candidateInput } from './log/candidate.ts';
import type { Journal } from './log/journal.ts';
import type { EventStore } from './log/store.ts';
import type { MemberDirectory } from './members.ts';
import type { PublicBranch } from './relay/branch.ts';
import type { Frames, KeptFrame } from './relay/frames.ts';
import { restoreRun } from './restoring.ts';
import { awaitedSlot, firstExpectedAt } from './select/expected.ts';
import { reduce } from './select/reducer.ts';
import { candidateKey, initialState, rulesOf, type SelectState } from './select/state.ts';
import type { BlockRef, Candidate, SelectEffect, SelectEvent } from './select/types.ts';
import { Telling } from './telling.ts';
import { Waker } from './waker.ts';

type EmitEffect = Extract<SelectEffect, { type: 'emit' }>;
export type LeadEffect = Extract<SelectEffect, { type: 'lead' }>;
type ClosedEffect = Extract<SelectEffect, { type: 'closed' }>;
type PublicEvent = Extract<SelectEvent, { type: 'public' }>;

export interface ChooserParts {
  config: EmitterConfig;
  clock: Clock;
  logger: Logger;
  journal: Journal;
  members: MemberDirectory;
  frames: Frames;
  branch: PublicBranch;
  decider: Decider;
  /** Sends a block to the relay node and all public peers; false when none of them can be reached. */
  send(frame: Buffer, block: BlockRef): boolean;
  canSend(): boolean;
  /** `at`: of what the selection itself tells of, the time of the input that led to it. */
  onFault(code: string, text: string, at?: number): void;
  /** A block was let out: whether the relay node takes it is to be watched. */
  onSent(block: Candidate): void;
  /** For the members' agents: who makes the blocks from now on, in standby mode; and that all do again. */
  onLead(lead: LeadEffect): void;
  onRelease(release: Extract<SelectEffect, { type: 'release' }>): void;
  /** A block was decided elsewhere, and its bytes are not here. */
  onWant(id: string, signer: string): void;
  /** A pool block is in public that was not emitted here. */
  onLeak(block: BlockRef): void;
  /** How long a fence took, in ms, refused or not; told when the blocks behind it have left. */
  onFenced(ms: number): void;
  /** Before a window's closing record is written. */
  onClosing(window: number): void;
}

/**
 * Feeds the reducer and does what it says: the decision, the fence, the emission, the window's end. While it is not known what becomes of a
 * proposal, what happens waits in its order: the log has it as the selection was fed it.
 */
export class Chooser {
  readonly state: SelectState;
  private readonly parts: ChooserParts;
  private inputs: (() => void)[] = [];
  /** What the last input led to and is still to be done. */
  private due: { effect: SelectEffect; at: number }[] = [];
  private isRunning = false;
  /** The decider was asked and has not answered. */
  private isAsking = false;
  private readonly waker: Waker;
  private readonly telling: Telling;

  constructor(parts: ChooserParts) {
    this.parts = parts;
    this.state = initialState(selectConfig(parts.config));
    this.telling = new Telling(parts);
    this.waker = new Waker(parts.clock, () => this.dispatch({ type: 'tick', at: this.now() }));
  }

  /** Another one with the same configuration, which knows nothing yet. */
  twin(ends: Partial<ChooserParts>): Chooser {
    return new Chooser({ ...this.parts, ...ends });
  }

  /** Takes new margins from now on. */
  configure(config: EmitterConfig): void {
    this.dispatch({ type: 'configure', at: this.now(), config: selectConfig(config) });
  }

  get tip(): BlockRef | null {
    return this.state.tip;
  }

  get openWindow(): number | null {
    return this.state.window?.id ?? null;
  }

  /** No block of a window that has begun is awaited any more. */
  get isBetweenWindows(): boolean {
    const { window } = this.state;
    return !window || windowOf(awaitedSlot(window)) !== window.id;
  }

  /** When the next candidate is expected, by the members' habits; null outside of the pool's windows. */
  expectedAt(isPoolWindow: (window: number) => boolean): number | null {
    const { state } = this;
    const next = windowOf(slotAt(this.now()) + 1);
    const awaited = state.window && awaitedSlot(state.window);
    if (awaited && state.window?.id === next)
      return windowOf(awaited) === next ? firstExpectedAt(state, awaited) : null;
    return isPoolWindow(next) ? firstExpectedAt(state, firstSlot(next)) : null;
  }

  now(): number {
    return Math.floor(this.parts.clock.now());
  }

  /** Feeds the selection; the event goes to the log before anything that follows from it. */
  dispatch(event: SelectEvent): void {
    this.inputs.push(() => this.feed(event));
    this.run();
  }

  /** Feeds it a candidate: the record has all that the selection gets to see of it. */
  offer(told: CandidateEvent): void {
    this.inputs.push(() => {
      this.parts.journal.tell(windowOf(told.slot), told);
      const event = candidateInput(told);
      if (event) this.reduce(event);
    });
    this.run();
  }

  /** What the pool's emitters decided holds here as well. */
  adopt(decided: readonly Decided[]): void {
    this.inputs.push(...this.adoptions(decided));
    this.run();
  }

  private run(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      while (!this.isAsking) {
        const next = this.due.shift();
        const input = next ? () => this.execute(next.effect, next.at) : this.inputs.shift();
        if (!input) break;
        input();
      }
    } finally {
      this.isRunning = false;
    }
  }

  private feed(event: SelectEvent): void {
    if (event.type === 'public' && this.parts.decider.isShared && mayBeOthers(this.state, event))
      return this.feedWhenRead(event);
    this.feedNow(event);
  }

  private feedNow(event: SelectEvent): void {
    const before = this.state.window?.id;
    this.reduce(event);
    const window = before ?? this.state.window?.id ?? null;
    const ready = event.type === 'agent' && this.state.agents.get(event.signer)?.ready ? { ready: true as const } : {};
    this.parts.journal.tell(window, { type: 'input', at: event.at, input: event, ...ready });
  }

  private reduce(event: SelectEvent): void {
    this.due.push(...reduce(this.state, event).map((effect) => ({ effect, at: event.at })));
  }

  private feedWhenRead(event: PublicEvent): void {
    this.isAsking = true;
    this.parts.decider.catchUp((decided) => {
      this.isAsking = false;
      this.inputs.unshift(...this.adoptions(decided ?? []), () =>
        this.feedNow(decided ? event : { ...event, unchecked: true }),
      );
      this.run();
    }, event.block);
  }

  private adoptions(decided: readonly Decided[]): (() => void)[] {
    return decided.map((one, i) => this.adoption(one, { send: true, ...(i < decided.length - 1 && { more: true }) }));
  }

  private adoption(decided: Decided, how: Adopting): () => void {
    return () => this.feedNow(adoptionOf(decided, this.now(), how));
  }

  /** What earlier runs left. Throws PoolError `clock` when the log has closed a window that has not begun by this clock. */
  restore(store: EventStore): void {
    restoreRun(store, {
      ...{ state: this.state, at: this.now(), telling: this.telling },
      ...{ ...this.parts, isShared: this.parts.decider.isShared },
      dispatch: (event) => this.dispatch(event),
    });
  }

  stop(): void {
    this.waker.stop();
  }

  /** `at` is the time of the event that led to it: what is told of an effect follows from the inputs alone. */
  private execute(effect: SelectEffect, at: number): void {
    switch (effect.type) {
      case 'emit':
        return this.emit(effect, at);
      case 'wake':
        return this.waker.wakeAt(effect.at);
      case 'closed':
        return this.close(effect, at);
      case 'lead':
        // The agents first: each millisecond counts when a leader failed.
        this.parts.onLead(effect);
        return this.telling.lead(effect, at);
      case 'standby':
        return this.telling.standing(effect, at);
      case 'release':
        return this.parts.onRelease(effect);
      case 'rejected':
        this.telling.rejected(effect, at);
        return this.parts.branch.remove(effect.gone);
      case 'shadow':
        return this.telling.shadow(effect, at);
      case 'fault':
        return this.parts.onFault(effect.code, effect.text, at);
      case 'leak':
        return this.parts.onLeak(effect.block);
      case 'want':
        return this.parts.onWant(effect.id, effect.signer);
    }
  }

  /** The decision, then the fence: both are durable before the first byte leaves. */
  private emit(effect: EmitEffect, at: number): void {
    const slot = effect.path[0]?.slot ?? 0;
    const reachable = this.parts.canSend();
    if (!reachable)
      this.parts.onFault(
        'no_session',
        `slot ${slot} has a block and neither the relay node nor a public peer can be reached`,
      );
    const frames = reachable ? this.framesOf(effect.path) : null;
    const decisions = this.telling.decisions(effect, at);
    if (!frames) return effect.adopted ? this.keepIn(effect, decisions, at) : this.takeBack(effect, at);
    if (effect.adopted) return this.letOut(effect, frames, decisions, at);
    // What waited for an answer to something else can be of a time when it was not too late.
    if (this.isTooLate(slot)) return this.takeBack(effect, at);
    this.isAsking = true;
    this.parts.decider.decide(decisions, (answer) => {
      this.isAsking = false;
      this.onAnswer(answer, effect, { frames, decisions, at });
      this.run();
    });
  }

  private onAnswer(
    answer: Answer,
    effect: EmitEffect,
    { frames, decisions, at }: { frames: KeptFrame[]; decisions: DecisionEvent[]; at: number },
  ): void {
    if (answer.as === 'stands') return this.letOut(effect, frames, decisions, at);
    this.takeBack(effect, at);
    if (answer.as === 'others') this.inputs.unshift(...this.adoptions(answer.decided));
    else this.parts.onFault('store_unsure', `the block of slot ${decisions[0]?.slot} does not leave: ${answer.why}`);
  }

  private letOut(effect: EmitEffect, frames: KeptFrame[], decisions: DecisionEvent[], at: number): void {
    const { path, reason, replaced, failed } = effect;
    const window = windowOf(path[0]?.slot ?? 0);
    const began = performance.now();
    const isHeld =
      !this.isTooLate(path[0]?.slot ?? 0) && this.parts.journal.fence(decisions.map((event) => ({ window, event })));
    const fencedMs = performance.now() - began;
    if (isHeld) for (const [i, block] of path.entries()) this.send(window, block, frames[i] as KeptFrame);
    this.parts.onFenced(fencedMs);
    if (!isHeld) return this.parts.decider.isShared ? this.keepIn(effect, decisions, at) : this.takeBack(effect, at);
    this.parts.branch.remove(replaced.map((old) => old.id));
    if (reason === 'rescue' && failed !== null) this.telling.rescue(effect, window, at);
  }

  /** Of many emitters an answer can take long: nothing is asked for, and nothing leaves, after the next producer began. */
  private isTooLate(slot: number): boolean {
    return this.parts.decider.isShared && this.now() >= rulesOf(this.state).tooLateAt(windowOf(slot));
  }

  /** An emission did not happen, nor those behind it in the same answer. */
  private takeBack({ step, path }: EmitEffect, at: number): void {
    const rest = this.due.filter(({ effect }) => effect.type !== 'emit');
    this.due = [];
    this.feedNow({ type: 'fence-failed', at, window: windowOf(path[0]?.slot ?? 0), step });
    this.due.push(...rest);
  }

  /** It stands for all emitters and cannot leave from this one: the others let it out. */
  private keepIn(effect: EmitEffect, decisions: DecisionEvent[], at: number): void {
    this.takeBack(effect, at);
    this.parts.branch.remove(effect.replaced.map((old) => old.id));
    // What was adopted is held by the selection for decided whether it leaves from here or not.
    if (!effect.adopted) this.inputs.unshift(this.adoption({ seq: 0, emitter: '', decisions }, { send: false }));
  }

  /** The blocks' bytes, before anything is decided: null when some cannot be read back from disk. */
  private framesOf(path: Candidate[]): KeptFrame[] | null {
    const frames = path.flatMap(({ id, signer }) => this.parts.frames.get(candidateKey({ id, signer })) ?? []);
    if (frames.length === path.length) return frames;
    this.parts.onFault(
      'not_kept',
      `${path.length - frames.length} of ${path.length} blocks that were to leave are gone`,
    );
    return null;
  }

  private send(window: number, block: Candidate, kept: KeptFrame): void {
    const { id, num, slot, previous, signer } = block;
    const { frames, branch, journal } = this.parts;
    if (!this.parts.send(kept.frame, block)) {
      return this.parts.onFault('not_sent', `the block of slot ${slot} was decided and could not be sent`);
    }
    this.parts.onSent(block);
    frames.sawPublic(id);
    branch.add({ id, num, slot, previous, frame: kept.frame });
    const addedUs = Math.round((performance.now() - kept.monotonic) * 1000);
    journal.tell(window, { type: 'emission', at: this.now(), slot, id, signer, bytes: kept.frame.length, addedUs });
  }

  private close({ window, emitted, strategy, mode, standby }: ClosedEffect, at: number): void {
    this.parts.onClosing(window);
    for (const { slot, signer } of standby) this.telling.standing({ window, signer, slots: [slot] }, at);
    this.telling.closed({ window, emitted, strategy, mode }, at);
    // A file of some 100 MB can go with it; the next window's first block may be behind this in the same answer.
    setImmediate(() => this.parts.frames.prune(window));
  }
}
