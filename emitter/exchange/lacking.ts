import { BOUNDS } from './bounds.ts';
import type { Kept } from './messages.ts';

/** An emitter that may have a block. */
export interface Holder {
  readonly name: string;
  /** Of the frame, by its word; null when it was not told. Each has its own: a wrong one must not keep the others' from being read. */
  readonly bytes: number | null;
}

/** A block that others have and this emitter lacks. */
export interface Lacked {
  readonly key: string;
  readonly num: number;
  /** Whether it is decided: then it is asked for before others, and from whoever may have it. */
  wanted: boolean;
  /** Emitters that may have it, in the order in which they told. */
  readonly holders: Holder[];
  /** Names of those whose copy was of no use: they are none any more. */
  readonly useless: Set<string>;
  /** How many of them were asked in this round, and rounds before it. */
  tried: number;
  round: number;
  /** Monotonic ms when it is to be asked for next; Infinity: not before another holder is known. */
  dueAt: number;
  isAsked: boolean;
  /** Who made it known first; null for one that only was wanted. */
  readonly from: string | null;
  /** ms since 1970 after which nobody needs it. */
  readonly until: number;
}

/** How long a block that was wanted without being told of is looked for: a window. */
const WANTED_MS = 6000;

/** Which blocks lack here, who has them, and when whom to ask: one asker at a time for each. Pure: the caller brings both times. */
export class Lacking {
  private readonly entries = new Map<string, Lacked>();
  private readonly byEmitter = new Map<string, number>();

  get size(): number {
    return this.entries.size;
  }

  /** An emitter has a block that is not here, nobody needs it after `until`. Gives false for one too many of that emitter's. */
  announced(from: string, { key, num, bytes }: Kept, until: number, monotonic: number): boolean {
    const known = this.entries.get(key);
    if (known) {
      addHolder(known, { name: from, bytes }, monotonic);
      return true;
    }
    const count = this.byEmitter.get(from) ?? 0;
    if (count >= BOUNDS.lackedPerEmitter) return false;
    this.byEmitter.set(from, count + 1);
    const rest = { from, until, useless: new Set<string>(), wanted: false, tried: 0, round: 0, isAsked: false };
    const dueAt = monotonic + BOUNDS.waitMs;
    this.entries.set(key, { key, num, holders: [{ name: from, bytes }], dueAt, ...rest });
    return true;
  }

  /** A block is needed now. `holders`: who may have it, beside those that told. */
  want(key: string, holders: readonly string[], now: number, monotonic: number): void {
    const known = this.entries.get(key);
    const rest = { num: 0, tried: 0, round: 0, isAsked: false, from: null, until: now + WANTED_MS };
    const none = { holders: [], useless: new Set<string>() };
    const entry = known ?? { key, wanted: true, dueAt: Infinity, ...none, ...rest };
    this.entries.set(key, entry);
    entry.wanted = true;
    for (const name of holders) addHolder(entry, { name, bytes: null }, monotonic);
    if (entry.tried < entry.holders.length) entry.dueAt = Math.min(entry.dueAt, monotonic);
  }

  /** An emitter is heard of for the first time: it may have what is needed. */
  joined(name: string, monotonic: number): void {
    for (const entry of this.entries.values()) if (entry.wanted) addHolder(entry, { name, bytes: null }, monotonic);
  }

  /** Blocks to be asked for at this time: those that are decided first, parents before those on them. */
  due(monotonic: number): Lacked[] {
    const due = [...this.entries.values()].filter(({ isAsked, dueAt }) => !isAsked && dueAt <= monotonic);
    return due.sort((a, b) => Number(b.wanted) - Number(a.wanted) || a.num - b.num);
  }

  /** When the first becomes due after this time; null when none does. */
  nextDue(after: number): number | null {
    let next = Infinity;
    for (const { isAsked, dueAt } of this.entries.values()) if (!isAsked && dueAt > after && dueAt < next) next = dueAt;
    return next === Infinity ? null : next;
  }

  /** The holder to be asked next, and how long its answer may take. */
  static asks({ holders, tried, round }: Lacked): { holder: Holder; patienceMs: number } | null {
    const holder = holders[tried];
    return holder === undefined ? null : { holder, patienceMs: patienceOf(round) };
  }

  /** The holder that was asked did not give it. `useless`: what it gave was of no use, so it is not asked again. */
  failed(entry: Lacked, holder: Holder, useless: boolean, monotonic: number): void {
    entry.isAsked = false;
    if (useless) {
      entry.useless.add(holder.name);
      entry.holders.splice(entry.tried, 1);
    } else entry.tried++;
    entry.dueAt = monotonic;
    if (entry.tried < entry.holders.length) return;
    // A holder that refuses at once is busy: it gets the time that one that is silent would take.
    entry.dueAt = entry.holders.length === 0 ? Infinity : monotonic + patienceOf(entry.round);
    entry.tried = 0;
    entry.round++;
  }

  /** It is here. */
  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    this.entries.delete(key);
    if (entry.from === null) return;
    const left = (this.byEmitter.get(entry.from) ?? 1) - 1;
    if (left > 0) this.byEmitter.set(entry.from, left);
    else this.byEmitter.delete(entry.from);
  }

  /** Forgets what nobody needs any more; `now`: ms since 1970. */
  prune(now: number): void {
    for (const { key, until, isAsked } of this.entries.values()) if (until < now && !isAsked) this.delete(key);
  }
}

function addHolder(entry: Lacked, holder: Holder, monotonic: number): void {
  if (entry.useless.has(holder.name)) return;
  const at = entry.holders.findIndex(({ name }) => name === holder.name);
  if (at >= 0) {
    if (entry.holders[at]?.bytes === null) entry.holders[at] = holder;
    return;
  }
  entry.holders.push(holder);
  // All others were asked in vain, and it rests: this one is the first hope.
  const isResting = entry.dueAt === Infinity || (entry.round > 0 && entry.tried === 0 && !entry.isAsked);
  if (!isResting) return;
  entry.tried = entry.holders.length - 1;
  entry.dueAt = monotonic;
}

function patienceOf(round: number): number {
  return Math.min(BOUNDS.longestAnswerMs, BOUNDS.answerMs * 2 ** round);
}
