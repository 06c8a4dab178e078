import { firstSlot, slotInWindow } from '../../../../common/slot.ts';
import type { Member } from '../../../experiments/lab/pool.ts';
import { untilOver } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';

/** What a rescue may cost: one switch, and the blocks that the new branch takes the place of. */
export const rescueAfter = (slot: number) => ({ switches: 1, replaced: slot + 1 });

const SLOTS = Array.from({ length: 12 }, (_, slot) => slot);

const leaderDies = (slot: number): Case => ({
  name: `leader-dies-${slot}`,
  about: `the leader is killed right after slot ${slot} left`,
  allowed: slot < 11 ? rescueAfter(slot) : {},
  async play(stage, window) {
    const leader = await stage.leaderAfter(firstSlot(window) + slot);
    stage.kill(leader);
    await untilOver(window, 1000);
    return { note: rescuesOf(stage, window) };
  },
});

const twoDie: Case = {
  name: 'two-of-four-die',
  about: 'the leader and another of four members are killed at once after slot 4',
  allowed: rescueAfter(4),
  async play(stage, window) {
    const leader = await stage.leaderAfter(firstSlot(window) + 4);
    const other = stage.members.find((member) => member !== leader) as Member;
    stage.kill(leader, other);
    await untilOver(window, 1000);
    return { note: rescuesOf(stage, window) };
  },
};

const secondLeaderDies: Case = {
  name: 'new-leader-dies-too',
  about: 'the leader is killed after slot 2, the one that takes over after slot 6',
  allowed: { switches: 2, replaced: 3 + 7 },
  async play(stage, window) {
    const first = await stage.leaderAfter(firstSlot(window) + 2);
    stage.kill(first);
    const second = await stage.leaderAfter(firstSlot(window) + 6);
    stage.kill(second);
    await untilOver(window, 1000);
    return { note: rescuesOf(stage, window), problems: second === first ? ['nobody took over before slot 6'] : [] };
  },
};

const hangs: Case = {
  name: 'leader-hangs',
  about: 'the leader is frozen after slot 5 (SIGSTOP, its connection stays) until its window is over',
  allowed: rescueAfter(5),
  async play(stage, window) {
    const leader = await stage.leaderAfter(firstSlot(window) + 5);
    stage.lab.kill(leader.node.name, 'SIGSTOP');
    await untilOver(window, 500);
    stage.lab.kill(leader.node.name, 'SIGCONT');
    await untilOver(window, 3000);
    return { note: rescuesOf(stage, window) };
  },
};

/** "rescue (overdue) of 7 blocks for 6" for each of a window. */
export function rescuesOf(stage: Stage, window: number): string {
  const rescues = stage.events(window, 'rescue');
  if (rescues.length === 0) return 'no rescue';
  return rescues
    .map(({ cause, path, replaced }) => `${cause}: ${path.length} blocks for ${replaced.length}`)
    .join('; ');
}

/** Keys of those whose blocks were let out, by slot in the window. */
export function signersOf(stage: Stage, window: number): string[] {
  const signers: string[] = [];
  for (const { slot, signer } of stage.events(window, 'emission')) signers[slotInWindow(slot)] = signer;
  return signers;
}

const nothing: Case = {
  name: 'nothing-fails',
  about: 'nothing goes wrong',
  async play(stage, window) {
    await untilOver(window, 1000);
    return { note: rescuesOf(stage, window) };
  },
};

export const DEATHS: Case[] = [nothing, ...SLOTS.map(leaderDies), twoDie, secondLeaderDies, hangs];
