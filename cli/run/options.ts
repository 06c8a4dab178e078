import { InvalidArgumentError } from 'commander';

/** Each wants a relay node of its own, and every member a connection to it. */
export const MOST_EMITTERS = 5;
export type Restart = 'none' | 'members' | 'all';
/** As the members vote it: all propose blocks, or one leads and the others stand by. */
export const MODES = ['propose', 'standby'] as const;
export type Mode = (typeof MODES)[number];

export interface RunOptions {
  dir: string;
  members: number;
  producers: number;
  /** More than one share a cluster of nats-servers; left out, it is one. */
  emitters?: number;
  oracles: number;
  strategy: string;
  mode: Mode;
  seed: number | undefined;
  /** Which nodes come back when they end: members, or the relay nodes as well. */
  restart: Restart;
  /** Other files to run in the place of a program's own, by the service's name; null: it is not started. For tests, which change what one of them does. */
  programs?: Record<string, string | null>;
}

/** Kill the leading member right after the pool's block for this slot of this window (counted from 1) was emitted. */
export interface KillSpec {
  turn: number;
  slot: number;
}

/** An option parser for whole numbers from `low` to `high`. */
export function integer(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`It takes a whole number from ${low} to ${high}.`);
  };
}

/** Parses "leader@2:5". */
export function killSpec(text: string): KillSpec {
  const match = /^leader@([1-9]\d{0,5}):(\d{1,2})$/.exec(text);
  const slot = Number(match?.[2]);
  if (!match || slot > 11) {
    throw new InvalidArgumentError(
      'It takes leader@WINDOW:SLOT, windows counted from 1, slots 0 to 11, as leader@2:5.',
    );
  }
  return { turn: Number(match[1]), slot };
}
