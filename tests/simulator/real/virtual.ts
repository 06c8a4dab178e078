import { firstSlot, lastSlot, slotInWindow, slotTime, windowOf } from '../../../common/slot.ts';
import type { Block } from '../blocks.ts';
import type { Plan } from '../plan.ts';
import { World } from '../world.ts';
import { LOOK_AFTER_MS, type Outcome, ranges, type Scenario } from './scenarios.ts';

/** The scenario's window, counted from 0. */
const WINDOW = 3;

/** Plays a scenario with virtual nodes on a chain like the real one: a producer before, the pool, a producer behind. */
export function playVirtual({ fault }: Scenario): Outcome {
  const member = { skewMs: 0, effortMs: 450, delayMs: 0.2, jitterMs: 0.5, busyPercent: 100 };
  const plan: Plan = {
    ...{ seed: 1, others: 2, windows: 6, publicDelayMs: 1, peers: 0, cpuMs: 1 },
    members: [member, { ...member, delayMs: 2 }, { ...member, delayMs: 3 }],
    faults: fault ? [{ ...fault, window: WINDOW }] : [],
  };
  const world = new World(plan);
  const window = world.windowAt(WINDOW);
  let apart = 0;
  world.queue.at(slotTime(lastSlot(window)) + LOOK_AFTER_MS, () => {
    const chain = new Set(world.relay.branchFrom(0));
    const living = world.members.filter(({ node }) => node.alive).map(({ node }) => node);
    apart = living.filter(({ head }) => !chain.has(ancestor(head, world.relay.head.num - 3))).length;
  });
  const played = world.play();
  const [start, end] = [slotTime(firstSlot(window)) - 1000, slotTime(lastSlot(window)) + LOOK_AFTER_MS];
  const chain = world.relay.branchFrom(0);
  const of = (one: number) =>
    ranges(chain.filter(({ slot }) => windowOf(slot) === one).map(({ slot }) => slotInWindow(slot)));
  const dropped = world.members.filter(({ nodes }) => {
    return nodes.some(({ told }) =>
      told.dropped.some(({ block }) => block.producer === world.pool && windowOf(block.slot) === window),
    );
  });
  return {
    pool: of(window),
    next: of(window + 1),
    parent: chain.some(({ slot }) => slot === firstSlot(window) - 1),
    rescues: played.emitted.filter(
      ({ effect }) => effect.reason === 'rescue' && windowOf(effect.path[0]?.slot ?? 0) === window,
    ).length,
    switches: world.relay.told.switches.filter(({ at }) => at >= start && at <= end).length,
    dropped: dropped.length,
    apart,
  };
}

function ancestor(block: Block, num: number): Block {
  let at = block;
  while (at.parent && at.num > num) at = at.parent;
  return at;
}
