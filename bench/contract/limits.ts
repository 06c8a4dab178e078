import type { Growth, UsualCost } from './measure.ts';

/** What everybody calls often costs at most so many transfers, in a pool of 21. */
const OFTEN = ['join', 'vote', 'claim'];
const MOST_TRANSFERS = 1.5;
/** A window's first report and the one that settles it, in a pool of 100. */
const MOST_WINDOW_US = 5000;
/** A straight line through the costs at the two smaller sizes may be passed by so much at the largest, for measurements vary. */
const NOISE = 0.25;
/** With fewer, the line goes from the lowest cost at the smallest size through the median at the middle one. */
const MANY_SAMPLES = 39;
const NOISE_TRANSFERS = 0.5;
const NOISE_BYTES = 16;

/** What is dearer than it may be, a clause each; nothing when all is well. */
export function brokenLimits(growth: Growth[]): string[] {
  const of = (members: number) => growth.find((one) => one.members === members);
  const [small, middle, large] = [of(3), of(21), of(100)];
  return [
    ...(middle ? oftenTooDear(middle) : []),
    ...(large ? windowTooDear(large) : []),
    ...(small && middle && large ? steeperThanLinear(small, middle, large) : []),
  ];
}

function oftenTooDear({ members, transferCpuUs, actions }: Growth): string[] {
  const ratio = (name: string) => (actions[name]?.cpuUs ?? Number.POSITIVE_INFINITY) / transferCpuUs;
  return OFTEN.filter((name) => ratio(name) > MOST_TRANSFERS).map((name) => {
    return `${name} costs ${ratio(name).toFixed(2)} transfers at ${members} members (at most ${MOST_TRANSFERS})`;
  });
}

function windowTooDear({ members, actions }: Growth): string[] {
  const of = (name: string) => actions[name]?.cpuUs ?? Number.POSITIVE_INFINITY;
  const both = of('report') + of('settle');
  if (both <= MOST_WINDOW_US) return [];
  return [`report and settle cost ${both} us together at ${members} members (at most ${MOST_WINDOW_US})`];
}

function steeperThanLinear(small: Growth, middle: Growth, large: Growth): string[] {
  const broken: string[] = [];
  const extended = (low: number, high: number) => {
    const slope = Math.max(0, high - low) / (middle.members - small.members);
    return high + slope * (large.members - middle.members);
  };
  for (const [name, cost] of Object.entries(large.actions)) {
    const [low, high] = [small.actions[name], middle.actions[name]];
    const cpuUs = extended(leastCpu(low), mostCpu(high)) * (1 + NOISE) + large.transferCpuUs * NOISE_TRANSFERS;
    const bytes = extended(low?.ramBytes ?? 0, high?.ramBytes ?? 0); // less than nothing where rows are erased
    const ramBytes = bytes + Math.abs(bytes) * NOISE + NOISE_BYTES;
    const at = `at ${large.members} members, where ${small.members} and ${middle.members} allow`;
    if (cost.cpuUs > cpuUs) broken.push(`${name} costs ${cost.cpuUs} us ${at} ${Math.round(cpuUs)}`);
    if (cost.ramBytes > ramBytes) broken.push(`${name} takes ${cost.ramBytes} bytes ${at} ${Math.round(ramBytes)}`);
  }
  return broken;
}

/** The line is as steep as the samples leave possible: an error of either of its points counts four or five times at its end. */
function leastCpu(cost: UsualCost | undefined): number {
  if (!cost) return 0;
  return cost.samples < MANY_SAMPLES ? cost.lowestCpuUs : cost.cpuUs;
}

function mostCpu(cost: UsualCost | undefined): number {
  if (!cost) return 0;
  return cost.samples < MANY_SAMPLES ? cost.medianCpuUs : cost.cpuUs;
}
