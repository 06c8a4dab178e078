import type { Model } from './explore.ts';

/**
 * Emitters that let out slots' blocks by a linear stream of decisions (what tests/model/quorum.ts shows two of three voters to be). Any slot can pass
 * without a block, and the newest decided one can be replaced by a logged rescue.
 *
 * An append that was sent can arrive at any time, again, or never, also after its emitter was killed; all that counts is that its emitter knew
 * the stream up to the place that it names, at some time. So a state holds no messages, and of each emitter only the longest part of the stream that
 * it ever knew; a kill, after which it knows less, takes nothing away from what it may have sent. What is known to stand leaves at
 * once: to wait makes nothing worse. Every delay, loss and repetition is one of this model's ways.
 */
export interface EmittersState {
  stream: Decision[];
  /** The most decisions of the stream that each emitter ever knew. */
  knew: number[];
  /** What left before it stood: only a mutant does that. */
  early: string[];
}

interface Decision {
  slot: number;
  block: string;
  rescue: boolean;
}

export interface EmitterBounds {
  emitters: number;
  slots: number;
  rescues: number;
}

/** Each breaks the rule of that name. */
export const EMITTER_MUTANTS = ['compare and set', 'out when it stands', 'a slot once', 'rescue is logged'] as const;
export type EmitterMutant = (typeof EMITTER_MUTANTS)[number];

interface Step {
  what: string;
  to: EmittersState;
}

export function emittersModel(bounds: EmitterBounds, mutant?: EmitterMutant): Model<EmittersState> {
  const begin: EmittersState = { stream: [], knew: Array(bounds.emitters).fill(0), early: [] };

  /** What an emitter can have sent when it knew so much: its own block for a later slot, or once another branch in place of the newest. */
  function sent(stream: Decision[], e: number): Decision[] {
    const newest = stream.at(-1);
    // [emitters: a slot once] A slot that is decided, by what it knows, is not proposed again.
    const last = (newest?.slot ?? 0) - (mutant === 'a slot once' && newest ? 1 : 0);
    const own = Array.from({ length: bounds.slots - last }, (_, i) => ({
      slot: last + 1 + i,
      block: `${e}`,
      rescue: false,
    }));
    const rescues = stream.filter(({ rescue }) => rescue).length;
    if (!newest || newest.rescue || rescues >= bounds.rescues) return own;
    // [emitters: rescue is logged] What takes the place of a block that left says so.
    return [...own, { slot: newest.slot, block: `${e} again`, rescue: mutant !== 'rescue is logged' }];
  }

  function arrives(state: EmittersState, e: number): Step[] {
    const { stream, knew } = state;
    if (stream.length >= bounds.slots + bounds.rescues) return [];
    const most = knew[e] as number;
    // [emitters: compare and set] It stands only right after the place that it names.
    const places =
      mutant === 'compare and set'
        ? Array.from({ length: most + 1 }, (_, i) => i)
        : most === stream.length
          ? [most]
          : [];
    return places.flatMap((place) =>
      sent(stream.slice(0, place), e).map((one) => ({
        what: `the append of ${one.block} for slot ${one.slot} after ${place} arrives`,
        to: { ...state, stream: [...stream, one] },
      })),
    );
  }

  function learns(state: EmittersState, e: number): Step[] {
    const most = state.knew[e] as number;
    return Array.from({ length: state.stream.length - most }, (_, i) => ({
      what: `emitter ${e} knows ${most + 1 + i} decisions, and their blocks leave`,
      to: { ...state, knew: state.knew.with(e, most + 1 + i) },
    }));
  }

  /** [emitters: out when it stands] Nothing else ever leaves. */
  function leavesEarly(state: EmittersState, e: number): Step[] {
    if (mutant !== 'out when it stands') return [];
    return sent(state.stream.slice(0, state.knew[e]), e)
      .filter(({ slot, block }) => !state.early.includes(`${slot} ${block}`))
      .map(({ slot, block }) => ({
        what: `${block} leaves for slot ${slot} before it stands`,
        to: { ...state, early: [...state.early, `${slot} ${block}`].sort() },
      }));
  }

  const steps = (state: EmittersState) =>
    state.knew.flatMap((_, e) => [...arrives(state, e), ...learns(state, e), ...leavesEarly(state, e)]);
  const wrong = ({ stream, knew, early }: EmittersState) => {
    const known = stream.slice(0, Math.max(...knew));
    const left = new Set([...known.map(({ slot, block }) => `${slot} ${block}`), ...early]);
    for (let slot = 1; slot <= bounds.slots; slot++) {
      const blocks = [...left].filter((one) => one.startsWith(`${slot} `)).length;
      const rescues = known.filter((one) => one.rescue && one.slot === slot).length;
      if (blocks > 1 + rescues) return `${blocks} blocks left for slot ${slot}, with ${rescues} rescues`;
    }
    return null;
  };
  return { begin, steps, wrong };
}
