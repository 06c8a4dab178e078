import { firstSlot, windowOf } from '../../../../common/slot.ts';
import { blockOf, type Member } from '../../../experiments/lab/pool.ts';
import { untilOver } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescueAfter, rescuesOf, signersOf } from './deaths.ts';

/** From now on a member's blocks of this window come later. */
function delay({ proxy }: Member, window: number, ms: number): void {
  proxy.rule = (frame, way) => {
    const block = way === 'up' ? blockOf(frame) : null;
    return block?.pool && windowOf(block.slot) === window ? Date.now() + ms : 'pass';
  };
}

/** A member of a good branch is not taken for a failed one, as long as its blocks come before their slots' times. */
const leaderSlows = (ms: number, needsRescue: boolean): Case => ({
  name: `leader-late-${ms}`,
  about: `from slot 4 on the leader's blocks come ${ms} ms later`,
  allowed: needsRescue ? { switches: 1, replaced: 12 } : {},
  async play(stage, window) {
    const leader = await stage.leaderAfter(firstSlot(window) + 3);
    delay(leader, window, ms);
    await untilOver(window, 1500);
    return { note: rescuesOf(stage, window) };
  },
});

const memberLate: Case = {
  name: 'member-late-600',
  about: "all of one member's blocks come 600 ms late, and the leader dies after slot 5",
  allowed: rescueAfter(5),
  async play(stage, window) {
    const [slow] = stage.members;
    if (!slow) return { problems: ['no member'] };
    delay(slow, window, 600);
    const leader = await stage.leaderAfter(firstSlot(window) + 5);
    stage.kill(leader);
    await untilOver(window, 1500);
    const led = signersOf(stage, window).includes(stage.keyOf(slow.node.name));
    return { note: rescuesOf(stage, window), problems: led ? ['the late member led'] : [] };
  },
};

/** Renews members with these settings, plays, and lets the healing take them away again. */
async function withEfforts(stage: Stage, efforts: number[]): Promise<void> {
  const renewing = efforts.map(async (effort, i) => {
    const member = stage.members[i];
    if (member) await stage.renew(member, [`cpu-effort-percent = ${effort}`]);
  });
  await Promise.all(renewing);
}

const efforts = (dies: boolean): Case => ({
  name: dies ? 'cpu-effort-leader-dies' : 'cpu-effort',
  about: `cpu-effort-percent 90, 70 and 50 at three members${dies ? ', and the leader dies after slot 5' : ''}`,
  allowed: dies ? { switches: 1, replaced: 12 } : {},
  prepareMs: 12_000,
  async play(stage, window) {
    await withEfforts(stage, [90, 70, 50]);
    if (dies) stage.kill(await stage.leaderAfter(firstSlot(window) + 5));
    await untilOver(window, 1000);
    const note = rescuesOf(stage, window);
    await withEfforts(stage, [90, 90, 90]);
    return { note };
  },
});

const AHEAD = [0.3, -0.3, 0, 0];

const clocks = (dies: boolean): Case => ({
  name: dies ? 'clocks-leader-dies' : 'clocks',
  about: `one member's clock is 300 ms ahead, another's 300 ms behind${dies ? '; the leader dies after slot 6' : ''}`,
  allowed: dies ? rescueAfter(6) : {},
  prepareMs: 3500,
  async play(stage, window) {
    for (const [i, member] of stage.members.entries()) stage.setClock(member, AHEAD[i] ?? 0);
    if (dies) stage.kill(await stage.leaderAfter(firstSlot(window) + 6));
    await untilOver(window, 1000);
    for (const member of stage.members) stage.setClock(member, 0);
    return { note: rescuesOf(stage, window) };
  },
});

export const SLOW: Case[] = [
  leaderSlows(200, false),
  leaderSlows(600, true),
  memberLate,
  clocks(false),
  clocks(true),
  efforts(false),
  efforts(true),
];
