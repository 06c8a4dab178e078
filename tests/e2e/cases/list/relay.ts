import { firstSlot, lastSlot, slotTime } from '../../../../common/slot.ts';
import { untilOver, untilTime } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import { rescuesOf } from './deaths.ts';

const inWindow: Case = {
  name: 'relay-restarts-in-window',
  about: 'the relay node is killed after slot 4 and comes back with an empty state; the next window counts too',
  async play(stage, window) {
    await stage.view.block(firstSlot(window) + 4);
    await stage.restartRelay();
    const next = window + stage.pool.turns.order.length;
    await untilOver(next, 1000);
    return { windows: [window, next], note: rescuesOf(stage, window) };
  },
};

const between: Case = {
  name: 'relay-restarts-between',
  about: 'the relay node is killed 3 s before the window and comes back with an empty state',
  prepareMs: 4000,
  async play(stage, window) {
    await untilTime(slotTime(firstSlot(window)) - 3000);
    await stage.restartRelay();
    await untilOver(window, 1000);
    return { note: rescuesOf(stage, window) };
  },
};

const leaderToo: Case = {
  name: 'relay-and-leader-die',
  about: 'the relay node is killed after slot 3, the leader after slot 6',
  allowed: { switches: 1, replaced: 7 },
  async play(stage, window) {
    await stage.view.block(firstSlot(window) + 3);
    const back = stage.restartRelay();
    stage.kill(await stage.leaderAfter(firstSlot(window) + 6));
    await back;
    await untilTime(slotTime(lastSlot(window)) + 1000);
    return { note: rescuesOf(stage, window) };
  },
};

export const RELAY: Case[] = [inWindow, between, leaderToo];
