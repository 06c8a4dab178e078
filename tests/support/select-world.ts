import { sha256 } from '../../common/canonical.ts';
import { firstSlot, lastSlot, SLOT_MS, SLOTS_PER_WINDOW, slotTime, windowOf } from '../../common/slot.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState, type SelectState } from '../../emitter/select/state.ts';
import {
  type BlockRef,
  type Candidate,
  SELECT_DEFAULTS,
  type SelectConfig,
  type SelectEffect,
  type SelectEvent,
} from '../../emitter/select/types.ts';

/**
 * A small model of members of a pool on a chain of two producers: even windows are the other producer's, odd ones the
 * pool's. Members follow nodeos' rule: each builds a branch of its own from the window's parent and never leaves it.
 */
export interface MemberPlan {
  /** Milliseconds a slot that its blocks leave early, more with each: 50 for a cpu effort of 90 %. */
  gain: number;
  /** From its node to the emitter. */
  latency: number;
  /** Slots in which it has transactions of its own, so that its block differs from all others; else it is empty. */
  busy: boolean[];
  /** Added to the latency, by slot. */
  jitter: number[];
  /** Added in all windows but the first, by slot. */
  later?: number[];
  /** Did not get the previous producer's last block in time. */
  misses: boolean;
  confirmed: number;
}

export interface Failure {
  member: number;
  /** Pool window, counted from 0, and slot; it dies that many ms after its block for the slot came, -1: before slot 0. */
  window: number;
  slot: number;
  afterMs: number;
  /** The connection stays up: frozen, not dead. */
  silent: boolean;
}

export interface World {
  members: MemberPlan[];
  failures: Failure[];
  /** Pool windows to run. */
  windows: number;
  /** How long after its time the previous producer's last block is seen in public, or -600: in time. */
  parentLateMs: number;
  cpuUs: number;
  /** How long after its usual time the next producer's first block is seen. */
  nextLateMs: number;
  /** As voted; else first-delivered. */
  strategy?: string;
  /** Members whose bodies are invalid, all of them, and how long after an emission the relay node's refusal is known. */
  invalid?: { members: number[]; afterMs: number };
}

const FIRST_POOL_WINDOW = 2_000_001;

export function poolWindow(n: number): number {
  return FIRST_POOL_WINDOW + 2 * n;
}

export function block(parent: BlockRef, slot: number, content: string): BlockRef {
  const num = parent.num + 1;
  const id = Buffer.from(sha256(`${parent.id} ${slot} ${content}`));
  id.writeUInt32BE(num, 0);
  return { id: id.toString('hex'), num, slot, previous: parent.id };
}

export function signerOf(member: number): string {
  return `0:member${member}`;
}

type Emission = Extract<SelectEffect, { type: 'emit' }>;

export interface Step {
  event: SelectEvent;
  effects: SelectEffect[];
}

export interface Sent {
  at: number;
  effect: Emission;
  /** The public tip before it, and whether the first block's parent was public then. */
  tip: BlockRef;
  onPublic: boolean;
}

export interface Run {
  steps: Step[];
  sent: Sent[];
  state: SelectState;
  /** What is on the public branch in the end, by slot. */
  branch: Map<number, BlockRef>;
  closed: Extract<SelectEffect, { type: 'closed' }>[];
}

export interface RunOptions {
  config?: Partial<SelectConfig>;
  /** Refuse the fence of the nth emission. */
  failFence?: number;
  /** Start anew right after the nth emission, with what the log has. */
  restartAfter?: number;
}

/** What the reducer said must not change later, though blocks and lists stand in its state too. */
function copy<E extends SelectEffect>(effect: E): E {
  return effect.type === 'emit' ? { ...effect, path: [...effect.path], replaced: [...effect.replaced] } : effect;
}

interface Planned {
  at: number;
  order: number;
  make: () => SelectEvent[];
}

/** Plays a world through the reducer. */
export function play(world: World, options: RunOptions = {}): Run {
  const config = { ...SELECT_DEFAULTS, ...options.config };
  let state = initialState(config);
  const steps: Step[] = [];
  const sent: Sent[] = [];
  const closed: Run['closed'] = [];
  const known = new Set<string>();
  const branch = new Map<number, BlockRef>();
  let queue: Planned[] = [];
  let order = 0;
  let sorted = 0;
  let wake: number | null = null;
  /** Blocks with an invalid body, and those on them: no node takes them. */
  const refused = new Set<string>();
  let tip = block({ id: 'ff'.repeat(32), num: 9_999, slot: 0, previous: '' }, firstSlot(poolWindow(0)) - 3, 'genesis');
  let believed = tip;
  const up = new Set<number>();
  known.add(tip.id);

  const plan = (at: number, make: () => SelectEvent[]) => queue.push({ at: Math.round(at), order: order++, make });
  const feed = (event: SelectEvent) => {
    const effects = reduce(state, event);
    steps.push({ event, effects: effects.map(copy) });
    let halted = false;
    for (const effect of effects) {
      if (effect.type === 'wake') wake = effect.at;
      if (effect.type === 'closed') closed.push(effect);
      if (effect.type !== 'emit') continue;
      if (halted) continue;
      const previous = effect.path[0]?.previous ?? '';
      sent.push({ at: event.at, effect: copy(effect), tip: believed, onPublic: known.has(previous) });
      if (options.failFence === sent.length) {
        halted = true;
        feed({ type: 'fence-failed', at: event.at, window: windowOf(effect.path[0]?.slot ?? 0), step: effect.step });
        continue;
      }
      for (const sentBlock of effect.path) emitted(sentBlock, effect.path[0]?.slot ?? 0, event.at);
      if (options.restartAfter === sent.length) restart(event.at);
    }
  };
  const show = (shown: BlockRef, from: number) => {
    for (const slot of branch.keys()) if (slot >= from && slot >= shown.slot) branch.delete(slot);
    known.add(shown.id);
    branch.set(shown.slot, shown);
    tip = shown;
    believed = shown;
  };
  const emitted = (block: Candidate, from: number, at: number) => {
    const isInvalid = world.invalid?.members.some((m) => signerOf(m) === block.signer);
    if (!isInvalid && !refused.has(block.previous)) return show(block, from);
    known.add(block.id);
    refused.add(block.id);
    believed = block;
    if (!refused.has(block.previous)) plan(at + (world.invalid?.afterMs ?? 0), () => refuse(block.id, at));
  };
  const refuse = (id: string, at: number): SelectEvent[] => {
    believed = tip;
    return [{ type: 'accepted', at: at + (world.invalid?.afterMs ?? 0), id, ok: false }];
  };
  const restart = (at: number) => {
    const decisions = sent.flatMap(({ effect: { path, reason, failed } }) =>
      path.map((one, i) => ({ one, began: reason === 'rescue' && i === 0 ? { failed: failed ?? '' } : null })),
    );
    state = initialState(config);
    up.clear();
    wake = null;
    vote(at);
    feed({ type: 'public', at, block: tip, pool: false });
    const running = windowOf(tip.slot);
    for (const { one, began } of decisions) {
      const { id, num, slot, signer } = one;
      if (windowOf(slot) !== running) continue;
      const block = { id, num, slot, previous: '' };
      feed({ type: 'decided', at, block, signer, rescue: began !== null, ...began });
    }
  };
  const vote = (at: number) => {
    const { strategy = 'first-delivered' } = world;
    const voted = { strategy, mode: 'propose', previousStrategy: strategy, previousMode: 'propose', fromWindow: 0 };
    feed({ type: 'settings', at, ...voted });
  };
  const other = (slot: number, at: number) =>
    plan(at, () => {
      const made = block(tip, slot, 'other');
      show(made, slot);
      return [{ type: 'public', at: Math.round(at), block: made, pool: false }];
    });

  const dead = new Set<number>();
  for (let w = 0; w < world.windows; w++) {
    const first = firstSlot(poolWindow(w));
    if (w === 0) other(first - 2, slotTime(first - 2) - 550);
    const parents: { last: BlockRef; before: BlockRef } = { last: tip, before: tip };
    const missed = world.members.every(({ misses }) => misses);
    // The member's view: all of the previous producer's blocks, without the last for those that miss it.
    plan(slotTime(first - 1) - 650, () => {
      parents.before = tip;
      parents.last = block(tip, first - 1, 'other');
      return [];
    });
    const lastShown = slotTime(first - 1) + (missed ? world.parentLateMs : -600);
    plan(lastShown, () => {
      // Members' nodes drop it when it is late; the network has it unless the pool built below it already.
      if (tip.id === parents.before.id) show(parents.last, parents.last.slot);
      known.add(parents.last.id);
      return [{ type: 'public', at: Math.round(lastShown), block: parents.last, pool: false }];
    });
    for (const [m, member] of world.members.entries()) {
      const failure = world.failures.find((f) => f.member === m && f.window === w);
      let previous: BlockRef | null = null;
      const leaves = (k: number) =>
        slotTime(first + k) -
        member.gain * (k + 1) +
        member.latency +
        (member.jitter[k] ?? 0) +
        (w > 0 ? (member.later?.[k] ?? 0) : 0);
      if (dead.has(m)) continue;
      for (let k = 0; k < SLOTS_PER_WINDOW; k++) {
        if (failure && k > failure.slot) break;
        plan(leaves(k), () => {
          const parent: BlockRef = previous ?? (member.misses ? parents.before : parents.last);
          const made = block(parent, first + k, member.busy[k] ? `member ${m}` : 'empty');
          previous = made;
          const at = Math.round(leaves(k));
          const candidate: Candidate = {
            ...made,
            signer: signerOf(m),
            confirmed: member.confirmed,
            cpuUs: world.cpuUs,
            transactions: member.busy[k] ? 1 : 0,
            bytes: member.busy[k] ? 400 : 200,
            arrivedMs: at,
            late: at > slotTime(first + k) + SLOT_MS,
          };
          const events: SelectEvent[] = [{ type: 'candidate', at, candidate }];
          if (!up.has(m)) events.unshift({ type: 'member', at, signer: signerOf(m), up: true });
          up.add(m);
          return events;
        });
      }
      if (!failure) continue;
      dead.add(m);
      const at = leaves(Math.max(0, failure.slot)) + (failure.slot < 0 ? -failure.afterMs - 1 : failure.afterMs);
      if (!failure.silent)
        plan(at, () => {
          if (!up.delete(m)) return [];
          return [{ type: 'member', at: Math.round(at), signer: signerOf(m), up: false }];
        });
    }
    const last = lastSlot(poolWindow(w));
    other(last + 1, slotTime(last + 1) - 50 + world.nextLateMs);
    for (let k = 2; k <= SLOTS_PER_WINDOW - 1; k++) other(last + k, slotTime(last + k) - 50 * k + world.nextLateMs);
  }
  vote(slotTime(tip.slot));
  queue = queue.filter(({ at }) => Number.isFinite(at));
  for (let next = takeNext(); next; next = takeNext()) {
    for (const event of next.make()) feed(event);
  }
  tickUntil(Number.POSITIVE_INFINITY);
  return { steps, sent, state, branch, closed };

  /** The earliest that is planned: what is sent plans more. */
  function takeNext(): Planned | null {
    sort();
    if (queue[0]) tickUntil(queue[0].at);
    sort();
    return queue.shift() ?? null;
  }

  function sort(): void {
    if (sorted !== order) queue.sort((a, b) => a.at - b.at || a.order - b.order);
    sorted = order;
  }

  function tickUntil(end: number): void {
    for (let ticks = 0; wake !== null && wake < end; ticks++) {
      if (ticks > 1000) throw new Error('the reducer wakes itself without end');
      const at = wake;
      wake = null;
      feed({ type: 'tick', at });
    }
  }
}
