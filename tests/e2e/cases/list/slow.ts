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

const EFFORTS = [90, 70, 50];

/** The first members again, each with its line of configuration, or with none. */
async function renewFirst(stage: Stage, lines: (string | null)[]): Promise<void> {
  const renewing = lines.map(async (line, i) => {
    const member = stage.members[i];
    if (member) await stage.renew(member, line === null ? [] : [line]);
  });
  await Promise.all(renewing);
}

const efforts: Case = {
  name: 'cpu-effort',
  about: `cpu-effort-percent ${EFFORTS.join(', ')} at three members; in the second window the leader dies after slot 5`,
  // The one with 50 % is up to three blocks ahead when it dies.
  allowed: { switches: 1, replaced: 12 },
  prepare: (stage) =>
    renewFirst(
      stage,
      EFFORTS.map((percent) => `cpu-effort-percent = ${percent}`),
    ),
  async play(stage, window) {
    await untilOver(window, 1000);
    const needless = stage.events(window, 'rescue').length;
    const next = window + stage.pool.turns.order.length;
    stage.kill(await stage.leaderAfter(firstSlot(next) + 5));
    await untilOver(next, 1000);
    const note = rescuesOf(stage, next);
    await renewFirst(
      stage,
      EFFORTS.map(() => null),
    );
    const problems = needless > 0 ? ['a healthy leader was replaced in the first window'] : [];
    return { windows: [window, next], note, problems };
  },
};

const AHEAD = [0.3, -0.3, 0, 0];

const clocks: Case = {
  name: 'clocks',
  about: "one member's clock is 300 ms ahead, another's 300 ms behind; the leader dies after slot 6",
  allowed: rescueAfter(6),
  prepareMs: 3500,
  async play(stage, window) {
    for (const [i, member] of stage.members.entries()) stage.setClock(member, AHEAD[i] ?? 0);
    stage.kill(await stage.leaderAfter(firstSlot(window) + 6));
    await untilOver(window, 1000);
    for (const member of stage.members) stage.setClock(member, 0);
    return { note: rescuesOf(stage, window) };
  },
};

export const SLOW: Case[] = [leaderSlows(200, false), leaderSlows(600, true), memberLate, clocks, efforts];
