import { firstSlot, slotTime } from '../../../../common/slot.ts';
import { blockOf } from '../../../experiments/lab/pool.ts';
import { untilOver } from '../../../experiments/lab/turns.ts';
import type { DelayProxy, Ruling } from '../../../support/delay-proxy.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescuesOf } from './deaths.ts';

/** Past its slot's time, when members without it build below it already. */
const LATE_MS = 100;

type Way = 'pool' | 'some' | 'never';

/** What becomes of the block of one slot on its way down these connections. */
function keep(proxies: DelayProxy[], slot: number, ruling: () => Ruling, agent = /./): void {
  for (const proxy of proxies)
    proxy.rule = (frame, way, link) => {
      return way === 'down' && agent.test(link.agent) && blockOf(frame)?.slot === slot ? ruling() : 'pass';
    };
}

function keepLast(stage: Stage, window: number, how: Way): void {
  const { toBp1, toBp2, toRelay, toPeers } = stage.pool;
  const slot = firstSlot(window) - 1;
  const late = () => slotTime(slot) + LATE_MS;
  if (how === 'pool') keep([toBp1, toBp2, ...toPeers], slot, late);
  if (how === 'some')
    keep(
      stage.members.slice(1).map(({ proxy }) => proxy),
      slot,
      late,
    );
  // The emitter itself gets it, so that it has to choose to build below it.
  if (how === 'never') keep([toRelay], slot, () => 'drop', /^member/);
}

const parent = (how: Way, about: string, allowed: Case['allowed'], kept: boolean): Case => ({
  name: `parent-${{ pool: 'late', some: 'late-at-some', never: 'never' }[how]}`,
  about: `the previous producer's last block ${about}`,
  ...(allowed && { allowed }),
  prepareMs: 2500,
  async play(stage, window) {
    keepLast(stage, window, how);
    await untilOver(window, 1000);
    const first = await stage.view.onChain(window);
    const below = await stage.pool.bp2.api.block((first[0]?.num ?? 2) - 1);
    const isKept = Date.parse(`${below.timestamp}Z`) === slotTime(firstSlot(window) - 1);
    const problems = kept && !isKept ? ['the block was orphaned although a member had it'] : [];
    return { note: `that block ${isKept ? 'stays' : 'is orphaned'}; ${rescuesOf(stage, window)}`, problems };
  },
});

export const PARENTS: Case[] = [
  parent('pool', 'reaches relay node and members 100 ms after its time', { switches: 1, othersMissed: 1 }, false),
  parent('some', 'reaches three of four members 100 ms after its time', {}, true),
  parent('never', 'never reaches any member', { switches: 1, othersMissed: 1 }, false),
];
