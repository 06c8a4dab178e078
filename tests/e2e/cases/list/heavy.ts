import { firstSlot } from '../../../../common/slot.ts';
import { untilOver } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescueAfter, rescuesOf } from './deaths.ts';

const CPU_MS = 100;

/** Fewer than this share of heavy blocks, and the case says nothing about them. */
const LEAST = 0.6;

/** Billed ms of the blocks that left and have the heavy transaction in them. */
function heavyOnes(stage: Stage, window: number): number[] {
  const left = new Set(stage.events(window, 'emission').map(({ id }) => id));
  // Two members' empty blocks have one id.
  const billed = new Map(stage.events(window, 'candidate').map(({ id, cpuUs }) => [id, cpuUs / 1000]));
  return [...billed].flatMap(([id, ms]) => (left.has(id) && ms > CPU_MS / 2 ? [ms] : []));
}

/** `after`: the slot after which the leader is killed; null for none. */
const heavy = (after: number | null, about: string, allowed: Case['allowed'] = {}): Case => ({
  name: after === null ? 'heavy' : `heavy-leader-dies-${after}`,
  about: `each block takes ${CPU_MS} ms of CPU${about}`,
  allowed,
  async prepare(stage) {
    await stage.heavy();
  },
  async play(stage, window) {
    const burner = await stage.heavy();
    const burning = burner.burnWindow(window, CPU_MS, () => stage.members.map(({ node }) => node.api));
    if (after !== null) stage.kill(await stage.leaderAfter(firstSlot(window) + after));
    await burning;
    await untilOver(window, 2500);
    const ms = heavyOnes(stage, window);
    const average = Math.round(ms.reduce((sum, each) => sum + each, 0) / Math.max(1, ms.length));
    const problems = ms.length < LEAST * (after ?? 11) ? [`only ${ms.length} blocks were heavy`] : [];
    return { note: `${ms.length} of ${average} ms left; ${rescuesOf(stage, window)}`, problems };
  },
});

export const HEAVY: Case[] = [
  heavy(null, ''),
  heavy(5, '; the leader dies after slot 5, and a branch of seven takes its place', rescueAfter(5)),
  // A branch of eleven takes the next producer longer than there is time: two slots are lost here, and none there.
  heavy(9, '; the leader dies after slot 9, too late for a branch of eleven', { ...rescueAfter(9), missed: 2 }),
];
