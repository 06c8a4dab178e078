import { type Random, seededRandom } from '../../common/random.ts';

export interface MemberPlan {
  skewMs: number;
  effortMs: number;
  /** From its node to the emitter, one way. */
  delayMs: number;
  /** Each message is up to this much later, in order. */
  jitterMs: number;
  /** Share of its blocks that have transactions of its own, in percent. */
  busyPercent: number;
}

/** 'leader': whoever leads when it happens. */
export type Who = number | 'leader' | 'all';

/** Something that goes wrong in a pool window (counted from 0), `afterMs` after a slot's time. */
export interface Fault {
  kind:
    | 'kill'
    | 'freeze'
    | 'cut'
    | 'slow'
    | 'late-parent'
    | 'leak'
    | 'fence'
    | 'emitter'
    | 'crash'
    | 'stall'
    | 'forged';
  window: number;
  slot: number;
  afterMs: number;
  who: Who;
  /** How long it lasts: until a killed node or a cut connection is back, frozen, how much slower or later. */
  forMs: number;
}

/** Everything a simulated world is made of; the same plan gives the same run. */
export interface Plan {
  seed: number;
  /** Other producers in the schedule; the pool's is one more. */
  others: number;
  /** Pool windows. */
  windows: number;
  members: MemberPlan[];
  /** Between public nodes, one way. */
  publicDelayMs: number;
  /** Public nodes that do not produce. */
  peers: number;
  /** Time a node needs to apply a block; billed to the block, too. */
  cpuMs: number;
  faults: Fault[];
}

const KINDS: Fault['kind'][] = [
  'kill',
  'kill',
  'freeze',
  'cut',
  'slow',
  'late-parent',
  'leak',
  'fence',
  'emitter',
  'crash',
  'stall',
];

/** Windows at the start without faults, until blocks become irreversible and leads are learned. */
export const WARM_UP = 2;

/** A world drawn from a seed. */
export function drawPlan(seed: number, windows: number): Plan {
  const random = seededRandom(seed);
  const between = (low: number, high: number) => low + random.below(high - low + 1);
  const oneOf = <T>(...values: T[]) => values[random.below(values.length)] as T;
  const count = between(1, 5);
  const members = Array.from({ length: count }, (): MemberPlan => {
    return {
      skewMs: oneOf(0, 0, 0, between(-20, 20), between(-150, 150), between(-300, 300)),
      effortMs: oneOf(450, 450, 450, 400, 350, 480),
      delayMs: oneOf(0.2, 1, between(1, 20), between(1, 80)),
      jitterMs: oneOf(0, 1, 5, 30),
      busyPercent: oneOf(0, 50, 100),
    };
  });
  const faults: Fault[] = [];
  for (let w = WARM_UP; w < windows - 1; w++) {
    if (random.below(100) < 45) continue;
    for (let n = oneOf(1, 1, 1, 2, 3); n > 0; n--) faults.push(drawFault(random, w, count));
  }
  // Drawn apart, so that the other faults of a seed stay as they were.
  const forging = seededRandom(seed ^ 0xf0f0);
  for (let w = WARM_UP; w < windows - 1; w++) {
    if (forging.below(100) >= 15) continue;
    const slot = forging.below(12);
    const afterMs = forging.below(600) - 100;
    faults.push({ kind: 'forged', window: w, slot, afterMs, who: forging.below(count), forMs: 0 });
  }
  return {
    seed,
    others: oneOf(1, 2, 3, 3, 4),
    windows,
    members,
    publicDelayMs: oneOf(0.2, 1, 20, 40, 80),
    peers: oneOf(0, 1, 2),
    cpuMs: oneOf(0.3, 0.3, 0.3, 5, 20, 100),
    faults,
  };
}

function drawFault(random: Random, window: number, members: number): Fault {
  const kind = KINDS[random.below(KINDS.length)] as Fault['kind'];
  const who = random.below(2) ? 'leader' : random.below(members);
  const slot = kind === 'late-parent' ? -1 : random.below(12);
  const afterMs = kind === 'late-parent' ? 0 : random.below(600) - 100;
  const forMs = {
    kill: 1000 + random.below(20_000),
    freeze: 200 + random.below(8000),
    cut: 50 + random.below(3000),
    slow: 50 + random.below(900),
    'late-parent': -300 + random.below(900),
    leak: 0,
    fence: 0,
    emitter: 100 + random.below(3000),
    crash: 5 + random.below(random.below(2) ? 300 : 3000),
    stall: 100 + random.below(3000),
    forged: 0,
  }[kind];
  return { kind, window, slot, afterMs, who: kind === 'late-parent' && random.below(2) ? 'all' : who, forMs };
}
