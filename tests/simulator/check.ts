import { firstSlot, lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { candidateKey } from '../../emitter/select/state.ts';
import { type Candidate, SELECT_DEFAULTS } from '../../emitter/select/types.ts';
import { type Block, isOn, isPreferred } from './blocks.ts';
import type { Node } from './node.ts';
import type { MemberRecord, Played } from './world.ts';
import { signerOf } from './world.ts';

/** A block that a node drops has waited for the node itself when it lay there for so long: applying an empty one takes 0.3 ms. */
const QUEUED_MS = 50;

/** So much longer than billed the next producer may need for a branch: what the selection reckons with. */
const APPLY_FACTOR = (SELECT_DEFAULTS.applyPercent ?? 100) / 100;

/** A rule that was broken. */
export interface Violation {
  rule: string;
  window: number;
  text: string;
}

export interface Tally {
  slots: number;
  missed: number;
  /** Missed slots by what went wrong in their window; one that several faults hit counts for each. */
  missedBy: Record<string, number>;
  rescues: number;
  replaced: number;
  /** Blocks of the producer before that a window's first emission was built below. */
  orphaned: number;
  /** Fork switches inside pool windows, at the public node that has most of them. */
  switches: number;
  /** Missed slots that a member covered, by the reason why that is no fault of the selection. */
  excused: Record<string, number>;
  /** Pool blocks of a running window that a producing member dropped, by cause. */
  poisoned: Record<string, number>;
}

export function emptyTally(): Tally {
  const counts = { slots: 0, missed: 0, rescues: 0, replaced: 0, orphaned: 0, switches: 0 };
  return { ...counts, missedBy: {}, excused: {}, poisoned: {} };
}

/** What happened in a world, and which rules it broke. */
export function check(played: Played): { tally: Tally; violations: Violation[] } {
  const tally = emptyTally();
  const violations: Violation[] = [...checkEmissions(played, tally), ...checkMembers(played, tally)];
  const final = new Set(played.relay.branchFrom(0).map(({ slot }) => slot));
  for (const window of played.poolWindows.slice(0, -1)) {
    const missed: number[] = [];
    for (let slot = firstSlot(window); slot <= lastSlot(window); slot++) if (!final.has(slot)) missed.push(slot);
    tally.slots += 12;
    tally.missed += missed.length;
    if (missed.length > 0) {
      for (const name of causesOf(played, window)) tally.missedBy[name] = (tally.missedBy[name] ?? 0) + missed.length;
    }
    violations.push(...checkSwitches(played, window, tally), ...checkMissed(played, window, missed, tally));
  }
  return { tally, violations };
}

/**
 * What went wrong in a window or in the seconds before it. With up to three producers nothing is irreversible without the pool, so
 * after a window of which nothing left, its members' own branches stay ahead for nodeos' rule and they never come back.
 */
function causesOf(played: Played, window: number): string[] {
  const [start, end] = [slotTime(firstSlot(window)) - 6000, slotTime(lastSlot(window))];
  const near = played.happened
    .filter(({ at, fault }) => at < end && at + fault.forMs > start)
    .map(({ fault }) => fault.kind);
  // A fault of the log waits for the next decision.
  if (played.emitterTroubles.has(window)) near.push('emitter');
  if (near.length > 0) return [...new Set(near)];
  if (isLost(played, window - played.tree.producers))
    return [played.tree.producers <= 3 ? 'all on own branches' : 'window before was lost'];
  // Lone members that come back to heavy blocks need minutes to be in sync.
  if (!played.candidates.some(({ slot }) => windowOf(slot) === window)) return ['no member in sync'];
  return ['nothing'];
}

/** No block of the window is on the final chain. */
function isLost(played: Played, window: number): boolean {
  return played.relay.branchFrom(0).every(({ slot }) => windowOf(slot) !== window);
}

/** Whatever happens: each slot one block unless a rescue is told, all linked, nothing below what is irreversible. */
function checkEmissions(played: Played, tally: Tally): Violation[] {
  const found: Violation[] = [];
  const bySlot = new Map<number, string>();
  const rescues = new Map<number, string[]>();
  for (const { effect, tip, onPublic, newest, lib } of played.emitted) {
    const { path, reason, replaced } = effect;
    const window = windowOf(path[0]?.slot ?? 0);
    const failed = rescues.get(window) ?? [];
    const wrong = (rule: string, text: string) => found.push({ rule, window, text });
    for (const [i, candidate] of path.entries()) {
      const before = bySlot.get(candidate.slot);
      if (before !== undefined && before !== candidateKey(candidate) && reason !== 'rescue')
        wrong('double', `slot ${candidate.slot}: ${before}, then ${candidateKey(candidate)} by ${reason}`);
      bySlot.set(candidate.slot, candidateKey(candidate));
      if (i > 0 && candidate.previous !== path[i - 1]?.id)
        wrong('link', `${candidate.id} is not on ${path[i - 1]?.id}`);
    }
    const [first] = path;
    if (reason === 'extend' && first?.previous !== tip.id) wrong('link', `${first?.id} does not extend ${tip.id}`);
    if (!onPublic) wrong('link', `the parent ${first?.previous} of ${first?.id} is not public`);
    if ((first?.num ?? 0) <= lib.num) wrong('irreversible', `${first?.id} is at or below ${lib.num}`);
    if (newest && windowOf(newest.slot) > window && newest.num + 12 > (first?.num ?? 0))
      wrong('too-late', `${first?.id} after ${newest.id} of a later window`);
    // After a restart the copy that came again can be the replaced leader's. Who made the last one made all of it: the branch is its own.
    const own = played.emitterTroubles.has(window) ? path.slice(-1) : path;
    const out = own.find(({ signer }) => failed.includes(signer));
    if (out) wrong('out', `${out.id} by a leader that was replaced`);
    if (reason === 'first' && first) tally.orphaned += tip.num - first.num + 1;
    if (reason !== 'rescue') continue;
    rescues.set(window, [...failed, effect.failed ?? '']);
    // Slots of replaced blocks beyond the new branch are free again.
    const taken = new Set(path.map(({ slot }) => slot));
    for (const { slot } of replaced) if (!taken.has(slot)) bySlot.delete(slot);
    if (failed.length >= SELECT_DEFAULTS.rescuesPerWindow)
      wrong('rescue', `${first?.id}: one rescue more than allowed`);
    tally.rescues++;
    tally.replaced += replaced.length;
    const leaf = path[path.length - 1];
    if (!leaf || !isPreferred(leaf, tip)) wrong('rescue', `nodes would not leave ${tip.id} for ${leaf?.id}`);
  }
  return found;
}

/**
 * A held member never drops a pool block of its running window, but for the causes counted here. Once it did, it is on a branch of
 * its own until it is restarted, and what it drops later follows from that.
 */
function checkMembers(played: Played, tally: Tally): Violation[] {
  const found: Violation[] = [];
  for (const [m, record] of played.members.entries()) {
    for (const node of record.nodes) {
      const first = node.told.dropped.find(({ block }) => block.producer === played.pool);
      if (!first) continue;
      const { block } = first;
      const cause = poisonCause(played, m, node, block);
      tally.poisoned[cause] = (tally.poisoned[cause] ?? 0) + 1;
      const text = `m${m} dropped ${block.id} of slot ${block.slot}`;
      if (cause === 'unexplained') found.push({ rule: 'poison', window: windowOf(block.slot), text });
    }
  }
  return found;
}

function poisonCause(played: Played, m: number, node: Node, block: Block): string {
  const at = slotTime(block.slot);
  const near = (time: number, ms: number) => Math.abs(time - at) < ms;
  const leaked = ({ fault, member, at: when }: Played['happened'][number]) =>
    fault.kind === 'leak' && member === m && near(when, 12_000);
  if (played.happened.some(leaked)) return 'leak';
  if ((played.plan.members[m]?.skewMs ?? 0) < -100) return 'clock behind';
  // It takes blocks of a running window as answers while it is behind, and may begin to produce meanwhile.
  if (windowOf(node.told.firstMade ?? block.slot) >= windowOf(block.slot)) return 'joined in the window';
  // What it dropped first, of whomever, is what keeps it from linking all that came later.
  const since = slotTime(node.told.dropped[0]?.block.slot ?? block.slot);
  const isNear = (time: number) => near(time, 30_000) || Math.abs(time - since) < 30_000;
  if (played.members[m]?.troubles.some(isNear)) return 'after trouble';
  // It went into its window with heavy blocks still to be applied, and dropped those: the pool's cannot be linked from then on.
  if (node.told.dropped.some((one) => one.waitedMs > QUEUED_MS && one.block.slot <= block.slot)) return 'node too busy';
  return 'unexplained';
}

/**
 * At each public node: no more changes from one pool branch to another than rescues in the window. Not where the way out was stalled: what
 * left before and after a rescue then comes at once, and nodes pass on what links before what does not link yet.
 */
function checkSwitches(played: Played, window: number, tally: Tally): Violation[] {
  const rescues = played.emitted.filter(
    ({ effect }) => effect.reason === 'rescue' && windowOf(effect.path[0]?.slot ?? 0) === window,
  );
  const isStalled = played.happened.some(
    ({ fault }) => fault.kind === 'stall' && played.poolWindows[fault.window] === window,
  );
  const found: Violation[] = [];
  let most = 0;
  for (const node of played.publicNodes) {
    const inside = node.told.switches.filter(
      ({ from, to }) => windowOf(from.slot) === window && windowOf(to.slot) === window,
    );
    most = Math.max(most, inside.length);
    if (inside.length > rescues.length && !isStalled)
      found.push({
        rule: 'switches',
        window,
        text: `${node.settings.name}: ${inside.length} with ${rescues.length} rescues`,
      });
  }
  tally.switches += most;
  return found;
}

/** A slot that a prompt and undisturbed member covered is not missed, but for the reasons counted here. */
function checkMissed(played: Played, window: number, missed: number[], tally: Tally): Violation[] {
  if (missed.length === 0) return [];
  const covering = played.members.findIndex((record, m) => covers(played, record, m, window));
  if (covering < 0) return [];
  const reason = excuse(played, window, missed);
  if (reason) {
    tally.excused[reason] = (tally.excused[reason] ?? 0) + missed.length;
    return [];
  }
  const slots = missed.map((slot) => slot - firstSlot(window)).join(', ');
  return [{ rule: 'missed', window, text: `slots ${slots} though m${covering} covered them` }];
}

/** Connected all the time, and each of its blocks there by its slot's time, the last one in time for the next producer. */
function covers(played: Played, record: MemberRecord, m: number, window: number): boolean {
  const [start, end] = [slotTime(firstSlot(window)) - 3000, slotTime(lastSlot(window)) + 500];
  if (sitsOut(played, m, window)) return false;
  if (record.troubles.some((at) => at > start && at < end)) return false;
  const own = new Map<number, Candidate>();
  for (const one of played.candidates)
    if (one.signer === signerOf(m) && windowOf(one.slot) === window) own.set(one.slot, one);
  const reach = 2 * played.plan.publicDelayMs + 13 * played.plan.cpuMs + 60;
  for (let slot = firstSlot(window); slot <= lastSlot(window); slot++) {
    const candidate = own.get(slot);
    if (!candidate || candidate.arrivedMs > Math.min(slotTime(slot), slotTime(lastSlot(window)) - reach)) return false;
    if (slot > firstSlot(window) && own.get(slot - 1)?.id !== candidate.previous) return false;
  }
  // Begun so far below that nodes would not leave what is public for its branch, which is no longer than that.
  const sent = played.emitted.filter(({ effect }) => windowOf(effect.path[0]?.slot ?? 0) === window);
  const tip = sent[sent.length - 1]?.effect.path.at(-1);
  const leaf = own.get(lastSlot(window));
  if (tip && leaf && leaf.id !== tip.id && !isPreferred(leaf, tip)) return false;
  // Built on a public block of the window before: a member that is further behind cannot help.
  const root = own.get(firstSlot(window))?.previous;
  return played.relay.branchFrom(0).some(({ id, slot }) => id === root && windowOf(slot) === window - 1);
}

/** Whether a member made a block of this window, or of one of the pool's before it, that execution refuses. */
function sitsOut(played: Played, m: number, window: number): boolean {
  const at = played.poolWindows.indexOf(window);
  return played.happened.some(({ fault, member }) => {
    const windows = at - fault.window;
    return fault.kind === 'forged' && member === m && windows >= 0 && windows <= SELECT_DEFAULTS.quarantineWindows;
  });
}

function excuse(played: Played, window: number, missed: number[]): string | null {
  if (played.emitterTroubles.has(window)) return 'emitter or its way out';
  const sent = played.emitted.filter(({ effect }) => windowOf(effect.path[0]?.slot ?? 0) === window);
  const rescues = sent.filter(({ effect }) => effect.reason === 'rescue');
  if (rescues.length >= SELECT_DEFAULTS.rescuesPerWindow) return 'rescues used up';
  const emitted = new Set(sent.flatMap(({ effect }) => effect.path.map(({ slot }) => slot)));
  if (missed.every((slot) => emitted.has(slot)))
    return sentTooLate(played, window) ? 'emitted, applied too late' : null;
  const { path } = sent[sent.length - 1]?.effect ?? { path: [] };
  const leader = path[path.length - 1]?.signer;
  if (leader === undefined) return null;
  // The leader failed so late that no branch could be applied before the next producer's window.
  const open = missed.filter((slot) => !emitted.has(slot));
  const depth = 13 - open.length;
  // The way to the next producer, as the emitter may have learned it: two hops, and blocks that take their time.
  const way = 2 * played.plan.publicDelayMs + played.plan.cpuMs + 10;
  const applyMs = (blocks: number) => blocks * played.plan.cpuMs * APPLY_FACTOR;
  const latest = (blocks: number) =>
    slotTime(lastSlot(window)) - SELECT_DEFAULTS.deadlineMarginMs - way - applyMs(blocks);
  const deadline = latest(depth);
  const m = played.members.findIndex((_, i) => signerOf(i) === leader);
  const isTail = open.every((slot) => slot >= lastSlot(window) - open.length + 1);
  // A lost connection is noticed at once, silence only past the time at which the block is expected.
  const lost = played.happened.some(({ at, fault, member }) => {
    const noticed = fault.kind === 'kill' || fault.kind === 'cut' ? 5 : SELECT_DEFAULTS.overdueMs + 600;
    return member === m && at > slotTime(firstSlot(window)) - 600 && at + noticed > deadline;
  });
  // Silence counts from a slot's time on, when a branch of heavy blocks up to it could not be applied any more; then the leader is back, behind a gap.
  const [gap = lastSlot(window)] = open;
  const isTooHeavy = slotTime(gap) > latest(gap - firstSlot(window) + 1);
  if (gap < lastSlot(window) && rescues.length === 0 && isTooHeavy) return 'branch too heavy to rescue';
  if (isTail && lost) return 'leader lost too late to rescue';
  if (isTail && applyMs(depth) > 400) return 'branch too heavy to rescue';
  return null;
}

/** The next producer began its window without them. */
function sentTooLate(played: Played, window: number): boolean {
  const reach = 2 * played.plan.publicDelayMs + 13 * played.plan.cpuMs + 10;
  return played.emitted.some(({ at, effect }) => {
    return windowOf(effect.path[0]?.slot ?? 0) === window && at > slotTime(lastSlot(window)) - reach;
  });
}

/** All public nodes end on one chain, up to a few blocks. */
export function checkAgreement(played: Played): Violation[] {
  const root = played.relay.root;
  return played.publicNodes
    .filter((node) => !isOn(node.head, root))
    .map((node) => ({
      rule: 'agreement',
      window: windowOf(root.slot),
      text: `${node.settings.name} is not on the relay node's chain`,
    }));
}
