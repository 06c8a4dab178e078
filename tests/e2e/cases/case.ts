import { sentence } from '../../../common/errors.ts';
import { POOL } from '../../experiments/lab/chain.ts';
import { untilOver } from '../../experiments/lab/turns.ts';
import type { Score } from './public-view.ts';
import type { Stage } from './stage.ts';

/** Something that goes wrong in one of the pool's windows, and the most that it may cost. */
export interface Case {
  name: string;
  /** What happens, in a few words. */
  about: string;
  /** The most that public producers may see of it; what is left out may not happen at all. */
  allowed?: Partial<Score>;
  /** How long before the window it must begin; 2000 by default. */
  prepareMs?: number;
  /** What has to be done before a window is chosen. */
  prepare?(stage: Stage): Promise<void>;
  /** Plays it in this coming window; resolves when that is over. */
  play(stage: Stage, window: number): Promise<Outcome>;
}

export interface Outcome {
  /** For the table. */
  note?: string;
  /** Expectations of this case's own that did not hold. */
  problems?: string[];
  /** The pool's windows that it lasted, when more than the one. */
  windows?: number[];
}

export interface Result extends Score {
  name: string;
  about: string;
  /** Pool slots looked at. */
  slots: number;
  note: string;
  /** Empty when all is as it should be. */
  problems: string[];
}

const PREPARE_MS = 2000;

/** The next producer's window is over, and both producers have its last block. */
const SCORE_AFTER_MS = 700;

const NOTHING: Score = { missed: 0, switches: 0, replaced: 0, othersMissed: 0 };

/** Plays a case, counts what it cost in public, and brings all nodes back. Never throws: what went wrong is a problem of the result. */
export async function playCase(stage: Stage, one: Case): Promise<Result> {
  const { name, about } = one;
  const result = { name, about, slots: 0, ...NOTHING, note: '', problems: [] as string[] };
  try {
    await one.prepare?.(stage);
    const window = stage.pool.turns.next(POOL, one.prepareMs ?? PREPARE_MS);
    const outcome = await one.play(stage, window);
    const windows = outcome.windows ?? [window];
    const renewed = await stage.heal();
    await untilOver(Math.max(...windows) + 1, SCORE_AFTER_MS);
    const scores: Score[] = [];
    for (const each of windows) scores.push(await stage.view.score(each));
    const sum = scores.reduce(add, NOTHING);
    const apart = renewed.length > 0 ? `renewed after it: ${renewed.join(', ')}` : '';
    const note = [outcome.note ?? '', apart].filter(Boolean).join('; ');
    const problems = [...(outcome.problems ?? []), ...tooMuch(sum, one.allowed ?? {})];
    return { ...result, slots: windows.length * 12, ...sum, note, problems };
  } catch (thrown) {
    await stage.heal().catch(() => {});
    return { ...result, problems: [sentence(thrown)] };
  }
}

function add(one: Score, other: Score): Score {
  return {
    missed: one.missed + other.missed,
    switches: one.switches + other.switches,
    replaced: one.replaced + other.replaced,
    othersMissed: one.othersMissed + other.othersMissed,
  };
}

function tooMuch(seen: Score, allowed: Partial<Score>): string[] {
  const most = { ...NOTHING, ...allowed };
  const keys = Object.keys(most) as (keyof Score)[];
  return keys.filter((key) => seen[key] > most[key]).map((key) => `${key}: ${seen[key]}, allowed: ${most[key]}`);
}
