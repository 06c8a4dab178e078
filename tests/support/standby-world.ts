import { firstSlot, lastSlot, SLOT_MS, SLOTS_PER_WINDOW, slotTime } from '../../common/slot.ts';
import { reduce } from '../../emitter/select/reducer.ts';
import { initialState } from '../../emitter/select/state.ts';
import { type BlockRef, type Candidate, SELECT_DEFAULTS, type SelectEvent } from '../../emitter/select/types.ts';
import { block, poolWindow, type Run, type Step, signerOf } from './select-world.ts';

/**
 * Members in standby mode on a chain of two producers. A paused node follows the public chain; a resumed one makes blocks from the
 * next slot on that it can still begin, each on its own head, and takes none while it does.
 */
export interface StandbyMember {
  /** Milliseconds a slot that its blocks leave early, more with each. */
  gain: number;
  latency: number;
  /** From a command's leaving to what it does at the node. */
  commandMs: number;
  /** From a change at the node to its agent's word at the emitter. */
  wordMs: number;
}

export interface StandbyFailure {
  /** Pool window and slot whose block is the last the leader makes; -1: none of the window. */
  window: number;
  slot: number;
  afterMs: number;
  /** SIGSTOP: connection and agent stay, the agent finds out after a second that its node does not answer. */
  frozen: boolean;
}

export interface StandbyWorld {
  members: StandbyMember[];
  failures: StandbyFailure[];
  windows: number;
  /** Members whose bodies are invalid, and after what time the relay node's refusal is known. */
  invalid?: { members: number[]; afterMs: number };
  /** Pool window from which on standby mode holds; propose mode before. Default: from the first. */
  fromWindow?: number;
}

interface Node extends StandbyMember {
  signer: string;
  head: BlockRef;
  producing: boolean;
  /** The slot it has made, or could not, last. */
  done: number;
  /** The window in whose middle it was resumed. */
  joined: number | null;
  gone: boolean;
  frozen: boolean;
  connected: boolean;
}

export interface StandbyRun extends Pick<Run, 'steps' | 'branch' | 'closed'> {
  leads: { at: number; window: number; leader: string; pause: string[] }[];
  emissions: { at: number; slot: number; id: string; signer: string; reason: string; replaced: number }[];
  faults: string[];
  /** Who was killed or frozen, when. */
  failed: { at: number; signer: string }[];
}

/** A block is at all paused nodes so long after it left. */
const FOLLOW_MS = 5;
const AGENT_MS = 500;

export function playStandby(world: StandbyWorld): StandbyRun {
  const state = initialState(SELECT_DEFAULTS);
  const run: StandbyRun = {
    steps: [],
    branch: new Map(),
    closed: [],
    leads: [],
    emissions: [],
    faults: [],
    failed: [],
  };
  const queue: { at: number; order: number; act: () => void }[] = [];
  let [order, now, wake] = [0, 0, null as number | null];
  const start = firstSlot(poolWindow(0)) - SLOTS_PER_WINDOW;
  let tip = block({ id: 'ff'.repeat(32), num: 9_999, slot: 0, previous: '' }, start, 'genesis');
  const refused = new Set<string>();
  const nodes = world.members.map(
    (member, m): Node => ({
      ...member,
      ...{
        signer: signerOf(m),
        head: tip,
        producing: false,
        done: 0,
        joined: null,
        gone: false,
        frozen: false,
        connected: false,
      },
    }),
  );
  const plan = (at: number, act: () => void) => queue.push({ at: Math.round(at), order: order++, act });
  const feed = (event: SelectEvent) => {
    const effects = reduce(state, event);
    run.steps.push({ event, effects: effects.map((effect) => structuredClone(effect)) } as Step);
    for (const effect of effects) {
      if (effect.type === 'wake') wake = effect.at;
      if (effect.type === 'closed') run.closed.push(effect);
      if (effect.type === 'fault') run.faults.push(effect.code);
      if (effect.type === 'lead') {
        const { window, leader, pause, head } = effect;
        run.leads.push({ at: now, window, leader, pause });
        for (const node of nodes) if (pause.includes(node.signer)) command(node, false, 0);
        const leading = nodes.find(({ signer }) => signer === leader);
        if (leading) command(leading, true, head?.num ?? 0);
      }
      if (effect.type === 'release')
        for (const node of nodes) if (effect.resume.includes(node.signer)) command(node, true, 0);
      if (effect.type !== 'emit') continue;
      for (const sent of effect.path) {
        const { slot, id, signer } = sent;
        run.emissions.push({ at: now, slot, id, signer, reason: effect.reason, replaced: effect.replaced.length });
        leave(sent);
      }
    }
  };
  const leave = (sent: Candidate) => {
    const isInvalid = world.invalid?.members.some((m) => signerOf(m) === sent.signer);
    if (!isInvalid && !refused.has(sent.previous)) return show(sent);
    if (!refused.has(sent.previous))
      plan(now + (world.invalid?.afterMs ?? 0), () => feed({ type: 'accepted', at: now, id: sent.id, ok: false }));
    refused.add(sent.id);
  };
  const show = (shown: BlockRef) => {
    for (const slot of run.branch.keys()) if (slot >= shown.slot) run.branch.delete(slot);
    run.branch.set(shown.slot, shown);
    tip = shown;
    plan(now + FOLLOW_MS, () => {
      for (const node of nodes) if (!isMaking(node) && !node.gone && !node.frozen) follow(node, shown);
    });
  };
  const follow = (node: Node, shown: BlockRef) => {
    if (shown.num <= node.head.num) return;
    node.head = shown;
    say(node);
  };
  /** In its window a producing node drops what comes. */
  const isMaking = (node: Node) => {
    const w = world.members.length > 0 ? windowNow() : null;
    return node.producing && w !== null && now >= slotTime(firstSlot(w) - 1) && now < slotTime(lastSlot(w));
  };
  const isPools = (window: number) => (window - poolWindow(0)) % 2 === 0;
  const windowNow = () => {
    for (let w = 0; w < world.windows; w++) if (now < slotTime(lastSlot(poolWindow(w))) + SLOT_MS) return poolWindow(w);
    return null;
  };
  const say = (node: Node) =>
    plan(now + node.wordMs, () => {
      if (!node.gone) word(node, !node.frozen);
    });
  const word = ({ signer, producing, head }: Node, up: boolean) => {
    feed({
      type: 'agent',
      at: now,
      signer,
      up,
      producing: up && producing,
      headNum: head.num,
      lag: now - slotTime(head.slot),
    });
  };
  const command = (node: Node, producing: boolean, headNum: number) =>
    plan(now + node.commandMs, () => {
      if (node.gone || node.frozen) return;
      // The agent waits for the block that the leader has to have.
      if (producing && node.head.num < headNum) return command(node, producing, headNum);
      if (!node.producing && producing) {
        node.done = firstPossible() - 1;
        const window = Math.floor(firstPossible() / SLOTS_PER_WINDOW);
        node.joined = isPools(window) && firstPossible() > firstSlot(window) ? window : null;
        if (node.joined !== null) catchUp(node, window, firstPossible());
      }
      node.producing = producing;
      if (!producing) node.head = tip;
      say(node);
    });
  /** nodeos begins no block of which less than a tenth of a slot is left. */
  const firstPossible = () => Math.ceil((now + SLOT_MS / 10 - slotTime(0)) / SLOT_MS);
  const make = (node: Node, slot: number) => {
    if (node.gone || node.frozen || !node.producing || node.done >= slot || node.head.slot >= slot) return;
    node.done = slot;
    const made = block(node.head, slot, node.signer);
    node.head = made;
    const failure = world.failures.find((f) => slot === firstSlot(poolWindow(f.window)) + f.slot);
    const isLast = failure && (state.duty?.leader ?? node.signer) === node.signer;
    if (isLast) fail(node, failure, now + node.latency + failure.afterMs);
    plan(now + node.latency, () => {
      if (!node.connected) feed({ type: 'member', at: now, signer: node.signer, up: true });
      node.connected = true;
      const rest = { confirmed: 12, cpuUs: 300, transactions: 1, bytes: 400, arrivedMs: now };
      const late = now > slotTime(slot) + SLOT_MS;
      feed({ type: 'candidate', at: now, candidate: { ...made, ...rest, signer: node.signer, late } });
    });
  };
  const fail = (node: Node, { frozen }: StandbyFailure, at: number) =>
    plan(at, () => {
      if (node.gone || node.frozen) return;
      run.failed.push({ at: now, signer: node.signer });
      if (frozen) {
        node.frozen = true;
        return plan(now + 1000, () => word(node, false));
      }
      node.gone = true;
      plan(now + 1, () => {
        if (node.connected) feed({ type: 'member', at: now, signer: node.signer, up: false });
        word(node, false);
      });
    });
  /**
   * Resumed in mid-window a node makes each block at its usual time, or when that is over in as long as it takes, by the slot's
   * own time. Source: Leap v5.0.3 block_timing_util.hpp, `calculate_producing_block_deadline`.
   */
  const catchUp = (node: Node, window: number, slot: number) => {
    if (slot > lastSlot(window) || node.joined !== window) return;
    const usual = leaves(node, slot, slot % SLOTS_PER_WINDOW);
    const late = Math.min(slotTime(slot) - node.gain, now + SLOT_MS - node.gain);
    plan(usual > now ? usual : late, () => {
      make(node, slot);
      catchUp(node, window, slot + 1);
    });
  };
  const leaves = (node: Node, slot: number, k: number) => slotTime(slot) - node.gain * (k + 1);

  now = slotTime(start);
  const from = poolWindow(world.fromWindow ?? 0);
  const voted = { strategy: 'first-delivered', mode: 'standby', previousStrategy: 'first-delivered' };
  plan(now, () => feed({ type: 'settings', at: now, ...voted, previousMode: 'propose', fromWindow: from }));
  for (let slot = start + 1; slot <= lastSlot(poolWindow(world.windows - 1)) + SLOTS_PER_WINDOW; slot++) {
    const pool = isPools(Math.floor(slot / SLOTS_PER_WINDOW));
    const k = slot % SLOTS_PER_WINDOW;
    if (!pool)
      plan(slotTime(slot) - 50 * (k + 1), () => {
        const made = block(tip, slot, 'other');
        show(made);
        feed({ type: 'public', at: now, block: made, pool: false });
      });
    for (const node of pool ? nodes : []) {
      plan(leaves(node, slot, k), () => node.joined !== Math.floor(slot / SLOTS_PER_WINDOW) && make(node, slot));
    }
    if (pool && k === 0)
      plan(slotTime(slot), () => feed({ type: 'turn', at: now, window: Math.floor(slot / SLOTS_PER_WINDOW) }));
  }
  for (const failure of world.failures) {
    if (failure.slot >= 0) continue;
    const first = firstSlot(poolWindow(failure.window));
    plan(slotTime(first) - 900, () => {
      const node = nodes.find(({ signer }) => signer === state.duty?.leader);
      if (node) fail(node, failure, now + failure.afterMs);
    });
  }
  const end = slotTime(lastSlot(poolWindow(world.windows - 1))) + 4000;
  for (const [m, node] of nodes.entries())
    for (let at = slotTime(start) + 10 + m; at < end; at += AGENT_MS) plan(at, () => !node.gone && say(node));
  plan(end, () => {});

  while (queue.length > 0) {
    let next = 0;
    for (let i = 1; i < queue.length; i++) {
      const [one, best] = [queue[i], queue[next]];
      if (one && best && (one.at < best.at || (one.at === best.at && one.order < best.order))) next = i;
    }
    const at = queue[next]?.at ?? 0;
    if (wake !== null && wake <= at) {
      now = Math.max(now, wake);
      wake = null;
      feed({ type: 'tick', at: now });
      continue;
    }
    const [item] = queue.splice(next, 1);
    now = Math.max(now, at);
    item?.act();
  }
  return run;
}
