import { firstSlot, lastSlot, slotTime } from '../../../../common/slot.ts';
import { blockOf, type Member } from '../../../experiments/lab/pool.ts';
import { untilOver, untilTime } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescueAfter, rescuesOf, signersOf } from './deaths.ts';

/** Blocks of slots from this one on reach the member only some time after the window, in order. */
function keepFrom({ proxy }: Member, slot: number, until: number): void {
  let held = 0;
  proxy.rule = (frame, way) => {
    const block = way === 'down' ? blockOf(frame) : null;
    // One millisecond between them: timers of different lengths keep no order within one.
    return block && block.slot >= slot && Date.now() < until ? until + held++ : 'pass';
  };
}

const stale: Case = {
  name: 'stale-fork',
  about:
    'a member lacks the last six blocks before the window and builds on the one before; the leader dies after slot 5',
  allowed: rescueAfter(5),
  prepareMs: 4500,
  async play(stage, window) {
    const victim = stage.members[0] as Member;
    keepFrom(victim, firstSlot(window) - 6, slotTime(lastSlot(window)) + 300);
    const leader = await stage.leaderAfter(firstSlot(window) + 5);
    if (leader !== victim) stage.kill(leader);
    await untilOver(window, 4000);
    const key = stage.keyOf(victim.node.name);
    const problems =
      leader === victim || signersOf(stage, window).includes(key) ? ['a block of the stale fork left'] : [];
    const sent = stage.events(window, 'candidate').filter(({ signer }) => signer === key).length;
    return { note: `${sent} blocks of the stale fork came; ${rescuesOf(stage, window)}`, problems };
  },
};

/** Writes the public block of a window's first slot to a member that has made another one. */
async function leak(stage: Stage, window: number): Promise<Member> {
  const { id } = await stage.view.block(firstSlot(window));
  const leader = await stage.leaderAfter(firstSlot(window));
  await untilTime(slotTime(firstSlot(window) + 3));
  const victim = stage.members.find((member) => member !== leader) as Member;
  const frame = stage.view.frame(id);
  if (!frame || !victim.proxy.link?.write('down', frame)) throw new Error('the block could not be leaked');
  return victim;
}

const poisoned: Case = {
  name: 'poisoned',
  about:
    'a member is given a block while it produces and drops it for good; in the next window the leader dies after slot 5',
  allowed: rescueAfter(5),
  async play(stage, window) {
    const victim = await leak(stage, window);
    const next = window + stage.pool.turns.order.length;
    const leader = await stage.leaderAfter(firstSlot(next) + 5);
    if (leader !== victim) stage.kill(leader);
    await untilOver(next, 1000);
    const key = stage.keyOf(victim.node.name);
    const told = stage.events(next, 'poisoned').some(({ signer }) => signer === key);
    const first = stage.events(next, 'candidate').find(({ signer }) => signer === key);
    const tip = (await stage.pool.bp2.api.block(first ? first.num - 1 : 1)).id;
    const isOn = first?.previous === tip;
    const problems: string[] = [];
    if (!told && !isOn) problems.push('its branch is another, and nobody was told');
    if (!isOn && signersOf(stage, next).includes(key)) problems.push('a block of its branch left');
    const state = isOn ? 'it was well again in the next window' : 'it was still apart in the next window, and told of';
    return { windows: [window, next], note: `${state}; ${rescuesOf(stage, next)}`, problems };
  },
};

export const FORKS: Case[] = [stale, poisoned];
