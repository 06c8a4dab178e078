import type { Fault } from '../plan.ts';

/** Something that goes wrong in one pool window, played by virtual and by real nodes. */
export interface Scenario {
  name: string;
  fault: Omit<Fault, 'window'> | null;
}

const leader = { who: 'leader' } as const;
const all = { who: 'all' } as const;

export const SCENARIOS: Scenario[] = [
  { name: 'nothing fails', fault: null },
  {
    name: 'the leader is killed after slot 5',
    fault: { kind: 'kill', slot: 5, afterMs: -100, forMs: 60_000, ...leader },
  },
  {
    name: 'the leader is frozen after slot 5',
    fault: { kind: 'freeze', slot: 5, afterMs: -100, forMs: 4900, ...leader },
  },
  {
    name: 'the previous producer’s last block reaches all members 250 ms late',
    fault: { kind: 'late-parent', slot: -1, afterMs: 0, forMs: 250, ...all },
  },
  {
    name: 'slots 10 and 11 leave after the next producer’s first block',
    fault: { kind: 'stall', slot: 10, afterMs: -300, forMs: 1500, ...all },
  },
  {
    name: 'slots 5 to 11 leave after the next producer’s first block',
    fault: { kind: 'stall', slot: 5, afterMs: 0, forMs: 3700, ...all },
  },
  {
    name: 'nothing of the window leaves before the next producer’s first block',
    fault: { kind: 'stall', slot: 0, afterMs: 0, forMs: 6200, ...all },
  },
  {
    name: 'the public block of slot 0 reaches a producing member',
    fault: { kind: 'leak', slot: 3, afterMs: 0, forMs: 0, who: 1 },
  },
];

/** What nodes make of a scenario, in terms that both kinds of nodes have. */
export interface Outcome {
  /** Positions of the window's slots that are on the chain at last, as "0-11". */
  pool: string;
  /** The same of the next producer's window. */
  next: string;
  /** Whether the previous producer's last block is on the chain. */
  parent: boolean;
  rescues: number;
  /** Fork switches at the relay node. */
  switches: number;
  /** Members that dropped a pool block while producing. */
  dropped: number;
  /** Living members that are not on the public chain five seconds after the window. */
  apart: number;
}

/** How long after the window's last slot members are looked at. */
export const LOOK_AFTER_MS = 5000;

/** Positions in order, runs shortened: "0-4, 11". */
export function ranges(positions: number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < positions.length; i++) {
    const from = positions[i] as number;
    while (positions[i + 1] === (positions[i] as number) + 1) i++;
    const to = positions[i] as number;
    parts.push(from === to ? `${from}` : `${from}-${to}`);
  }
  return parts.join(', ') || 'none';
}

/** Fields in which two outcomes differ. */
export function differences(one: Outcome, other: Outcome): string[] {
  return (Object.keys(one) as (keyof Outcome)[]).filter((key) => one[key] !== other[key]);
}
