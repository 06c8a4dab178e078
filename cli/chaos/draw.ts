import { type Random, seededRandom } from '../../common/random.ts';
import { SLOT_MS, SLOTS_PER_WINDOW } from '../../common/slot.ts';

/** What can be killed. */
export const VICTIMS = ['leader', 'member', 'relay', 'emitter', 'oracle', 'nats'] as const;
export type Victim = (typeof VICTIMS)[number];

/** What a run kills: always the same, or each time another. */
export const KINDS = [...VICTIMS, 'mix'] as const;
export type Kind = (typeof KINDS)[number];

/** KILL ends a process, which comes back; STOP freezes it for a while, and it goes on as if nothing had been. */
export const SIGNALS = ['KILL', 'STOP'] as const;
export type Signal = (typeof SIGNALS)[number];

/** When somebody is killed; ms are counted from the point that is named. */
export type Moment =
  /** Right after the pool's block for this slot was let out. */
  | { at: 'emission'; slot: number }
  /** A window of the pool: from half a second before its first slot's time on, when its first block is being made. */
  | { at: 'window'; ms: number }
  /** The first vote for the block of this slot: its decision is under way, and the block has not left. */
  | { at: 'decision'; slot: number; ms: number }
  /** A window of the pool became irreversible: oracles compute and send their reports. */
  | { at: 'report'; ms: number };

export interface Drawn {
  victim: Victim;
  moment: Moment;
  /** Which of those that can be killed, as a part of all: at least 0 and below 1. */
  pick: number;
}

/** Slots of the first kills of leaders: 12 cover all; after these they are drawn. */
const LEADER_SLOTS = [0, 1, 3, 5, 8, 11, 2, 4, 6, 7, 9, 10];
const WINDOW_MS = SLOTS_PER_WINDOW * SLOT_MS;
/** From the first vote to the last byte out takes some milliseconds. */
const DECISION_MS = 10;
/** An oracle looks every 2 s. */
const REPORT_MS = 3000;
/** One that is frozen for 5 s in the first of these 6 s wakes up within the window. */
const FROZEN_FROM_MS = 1000;

/** The kills of a run: nothing but the seed decides, and fewer kills are the first of more. */
export function drawKills(kind: Kind, how: Signal, times: number, seed: number): Drawn[] {
  const random = seededRandom(seed);
  let leaders = 0;
  return Array.from({ length: times }, () => {
    const victim = kind === 'mix' ? (VICTIMS[random.below(VICTIMS.length)] as Victim) : kind;
    const moment = momentOf(victim, how, random, victim === 'leader' ? leaders++ : 0);
    return { victim, moment, pick: random.next() };
  });
}

function momentOf(victim: Victim, how: Signal, random: Random, leaders: number): Moment {
  if (victim === 'leader') return { at: 'emission', slot: LEADER_SLOTS[leaders] ?? random.below(SLOTS_PER_WINDOW) };
  if (victim === 'oracle') return { at: 'report', ms: random.below(REPORT_MS) };
  if (victim !== 'emitter') return { at: 'window', ms: random.below(WINDOW_MS) };
  if (how === 'STOP') return { at: 'window', ms: random.below(FROZEN_FROM_MS) };
  // Between decision and send is a hundredth of a window, and the worst moment: every other kill aims at it.
  if (random.below(2) === 0) return { at: 'window', ms: random.below(WINDOW_MS) };
  return { at: 'decision', slot: random.below(SLOTS_PER_WINDOW), ms: random.below(DECISION_MS) };
}
