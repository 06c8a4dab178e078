import { setTimeout as sleep } from 'node:timers/promises';
import { votePlace } from '../../common/nats/streams.ts';
import type { Proposal } from '../../common/pool-store.ts';
import { firstSlot, lastSlot, SLOT_MS, slotInWindow, slotOfTimestamp, slotTime, windowOf } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import { nextRecord } from '../run/next-record.ts';
import type { Moment } from './draw.ts';
import type { Scene } from './scene.ts';

const WAIT_MS = 300_000;

/**
 * Resolves at the next such moment of a window of the pool's, at the earliest in its first full one. False: nobody decided the slot that was
 * waited for, and it is over.
 */
export async function untilMoment(scene: Scene, moment: Moment): Promise<boolean> {
  switch (moment.at) {
    case 'emission': {
      const { first } = scene.run.turns;
      await nextRecord(scene.run, ({ event }) => {
        return event.type === 'emission' && slotInWindow(event.slot) === moment.slot && windowOf(event.slot) >= first;
      });
      return true;
    }
    case 'window':
      await pauseUntil(scene, scene.startOf(scene.nextWindow) + moment.ms);
      return true;
    case 'decision': {
      const slot = firstSlot(scene.nextWindow) + moment.slot;
      const isVoted = await untilVote(scene, slot);
      if (isVoted) await pause(moment.ms);
      return isVoted;
    }
    case 'report':
      await untilIrreversible(scene, scene.window);
      await pause(moment.ms);
      return true;
  }
}

/** Until the run's clock shows so many ms. */
export function pauseUntil(scene: Scene, ms: number): Promise<void> {
  return pause(ms - scene.clock.now());
}

/** Timers of a run that was given up keep nothing alive. */
export function pause(ms: number): Promise<void> {
  return sleep(Math.max(0, ms), undefined, { ref: false });
}

/** The first vote for a block of this slot, or the record of its decision when there is but one emitter; false when the slot was over first. */
async function untilVote(scene: Scene, slot: number): Promise<boolean> {
  const over = pauseUntil(scene, slotTime(slot) + SLOT_MS).then(() => false);
  const { nats, run } = scene;
  if (!nats) {
    const decided = nextRecord(run, ({ event }) => event.type === 'decision' && event.slot === slot);
    return Promise.race([decided.then(() => true), over]);
  }
  const subject = votePlace(run.state.pool, 1).subject.replace(/1$/, '*');
  const voted = Promise.withResolvers<boolean>();
  const subscription = nats.connection.subscribe(subject, {
    callback: (_, message) => {
      if (slotsOf(message.string()).includes(slot)) voted.resolve(true);
    },
  });
  const isVoted = await Promise.race([voted.promise, over]);
  subscription.unsubscribe();
  return isVoted;
}

/** Slots of the proposal that a vote accepts; none for another message. */
export function slotsOf(vote: string): number[] {
  try {
    const { proposal } = JSON.parse(vote) as { proposal?: string };
    if (proposal === undefined) return [];
    const { text } = JSON.parse(proposal) as { text: string };
    return (JSON.parse(text) as Proposal).decisions.map(({ slot }) => slot);
  } catch {
    return [];
  }
}

/** The window, or one after it when it was irreversible before, becomes so. */
async function untilIrreversible(scene: Scene, window: number): Promise<void> {
  const chain = scene.run.chain();
  const slotNow = async () => {
    const { last_irreversible_block_num: num } = await chain.info();
    return slotOfTimestamp((await chain.block(num)).timestamp);
  };
  const goal = (await slotNow()) > lastSlot(window) ? scene.nextWindow : window;
  const isOver = async () => ((await slotNow()) > lastSlot(goal) ? true : undefined);
  await eventually(`window ${goal} to be irreversible`, isOver, WAIT_MS, 50);
}
