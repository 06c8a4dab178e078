import type { EventRecord } from '../../common/events.ts';
import { windowOf } from '../../common/slot.ts';
import { candidateInput } from '../../emitter/log/candidate.ts';
import type { SelectEffect, SelectEvent } from '../../emitter/select/types.ts';
import { Machine } from './machine.ts';

/** A slot in which the other strategy would have let out another block, or the same one at another time. */
export interface Difference {
  window: number;
  slot: number;
  /** What left, and what would have left; null for a slot without a block. */
  was: { id: string; signer: string } | null;
  would: { id: string; signer: string } | null;
  /** How much later it would have left, ms; negative for earlier; 0 when one of the two is missing. */
  waitMs: number;
}

export interface Backtest {
  strategy: string;
  windows: number;
  /** Further windows, in standby mode: one member made blocks there, so there was nothing to choose. */
  standby: number;
  /** Slots in which either let a block out. */
  slots: number;
  /** Of these, slots with another block. */
  differs: number;
  /** Summed over the slots that both have, and the longest one. */
  addedMs: number;
  longestMs: number;
  /** Slots that would have been missed and were not, and the other way round. */
  missed: number;
  gained: number;
  rescues: { were: number; would: number };
  differences: Difference[];
}

interface Chosen {
  id: string;
  signer: string;
  at: number;
}

/** One way through a window. */
class Side {
  readonly machine: Machine;
  readonly chosen = new Map<number, Chosen>();
  rescues = 0;
  private wake: number | null = null;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  feed(event: SelectEvent): SelectEffect[] {
    const effects = this.machine.feed(event);
    this.wake = null;
    for (const effect of effects) {
      if (effect.type === 'wake') this.wake = effect.at;
      if (effect.type !== 'emit') continue;
      if (effect.reason === 'rescue') this.rescues++;
      for (const { slot, id, signer } of effect.path) this.chosen.set(slot, { id, signer, at: event.at });
    }
    return effects;
  }

  /** Lets time pass: the ticks that this side asked for, and the log does not have. */
  tickUntil(end: number): void {
    while (this.wake !== null && this.wake < end) this.feed({ type: 'tick', at: this.wake });
  }
}

/**
 * What another strategy would have chosen in each window of a log. Each window begins from the state that really was; within
 * it members' candidates do not depend on the choice, for what leaves is held from them. After a window the real chain goes on.
 */
export class Backtester {
  private readonly result: Backtest;
  private readonly strategy: string;
  private real: Side | null = null;
  private other: Side | null = null;

  /** `strategy`: as voted, with all parameters. */
  constructor(strategy: string) {
    this.strategy = strategy;
    const counts = { windows: 0, standby: 0, slots: 0, differs: 0, addedMs: 0, longestMs: 0, missed: 0, gained: 0 };
    this.result = { strategy, ...counts, rescues: { were: 0, would: 0 }, differences: [] };
  }

  take({ event, v }: EventRecord): void {
    if (event.type === 'start' && v > 1) this.begin(Machine.start(event));
    if (event.type === 'checkpoint' && !this.real) this.begin(Machine.resume(event.start, event.state));
    if (event.type === 'gap') this.real = this.other = null;
    const input = event.type === 'input' ? (event.input as SelectEvent) : null;
    const candidate = event.type === 'candidate' && v > 1 ? candidateInput(event) : null;
    if (input ?? candidate) this.feed((input ?? candidate) as SelectEvent);
  }

  end(): Backtest {
    this.compare();
    return this.result;
  }

  private begin(machine: Machine): void {
    this.compare();
    this.real = new Side(machine);
    this.other = null;
  }

  private feed(event: SelectEvent): void {
    const { real } = this;
    if (!real) return;
    const opens = this.opens(event, real.machine);
    if (opens) this.compare();
    const fork = opens ? new Side(real.machine.fork(this.strategy)) : null;
    const effects = real.feed(event);
    const mode = real.machine.state.window?.rule.mode;
    if (opens && mode === 'standby') this.result.standby++;
    if (fork && mode === 'propose') this.other = fork;
    this.other?.tickUntil(event.at);
    if (concernsBoth(event)) this.other?.feed(event);
    if (event.type === 'fence-failed') this.takeBack(real);
    if (effects.some(({ type }) => type === 'closed') && !opens) this.compare();
  }

  private opens(event: SelectEvent, { state }: Machine): boolean {
    if (event.type === 'turn') return event.window > state.lastWindow;
    if (event.type === 'candidate') return windowOf(event.candidate.slot) > state.lastWindow;
    if (event.type === 'adopted') return windowOf(event.decisions[0]?.slot ?? 0) > state.lastWindow;
    return event.type === 'decided' && windowOf(event.block.slot) > state.lastWindow;
  }

  /** What the log could not make durable did not leave. */
  private takeBack(real: Side): void {
    const decided = real.machine.state.window?.decided;
    for (const slot of real.chosen.keys()) if (decided && !decided.has(slot)) real.chosen.delete(slot);
  }

  private compare(): void {
    const { real, other } = this;
    this.other = null;
    if (!real || !other) {
      real?.chosen.clear();
      return;
    }
    other.tickUntil(Number.POSITIVE_INFINITY);
    this.result.windows++;
    this.result.rescues.were += real.rescues;
    this.result.rescues.would += other.rescues;
    const slots = [...new Set([...real.chosen.keys(), ...other.chosen.keys()])].sort((a, b) => a - b);
    for (const slot of slots) this.slot(slot, real.chosen.get(slot), other.chosen.get(slot));
    real.chosen.clear();
    real.rescues = 0;
  }

  private slot(slot: number, was: Chosen | undefined, would: Chosen | undefined): void {
    const { result } = this;
    const waitMs = was && would ? would.at - was.at : 0;
    const differs = was?.id !== would?.id || was?.signer !== would?.signer;
    result.slots++;
    if (differs) result.differs++;
    if (!would) result.missed++;
    if (!was) result.gained++;
    result.addedMs += waitMs;
    result.longestMs = Math.max(result.longestMs, waitMs);
    if (!differs && waitMs === 0) return;
    result.differences.push({ window: windowOf(slot), slot, was: blockOf(was), would: blockOf(would), waitMs });
  }
}

/** Own blocks that come back, and what became of the real choice, are of the real side alone. */
function concernsBoth(event: SelectEvent): boolean {
  if (event.type === 'public') return !event.pool;
  return !['decided', 'adopted', 'replaced', 'resume', 'stood', 'fence-failed', 'accepted', 'settings'].includes(
    event.type,
  );
}

function blockOf(chosen: Chosen | undefined): { id: string; signer: string } | null {
  return chosen ? { id: chosen.id, signer: chosen.signer } : null;
}
