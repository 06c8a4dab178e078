import type { ChainBlock } from '../../../../common/chain.ts';
import { firstSlot, slotOfTimestamp, slotTime } from '../../../../common/slot.ts';
import { logLines } from '../../../experiments/lab/nodelog.ts';
import { place, untilOver, untilTime } from '../../../experiments/lab/turns.ts';
import type { Case } from '../case.ts';
import type { Stage } from '../stage.ts';
import { rescueAfter, rescuesOf, signersOf } from './deaths.ts';

/** From the proposal on: until a header carries it, until it is active, and one window under it. */
const ROUNDS = 3;

const schedule: Case = {
  name: 'schedule-change',
  about:
    'the next producer proposes a new schedule; in each of three windows, until it is active, the leader dies after slot 5',
  allowed: { switches: ROUNDS, replaced: ROUNDS * 6 },
  async play(stage, window) {
    const from = (await stage.pool.bp1.api.info()).head_block_num;
    const windows = Array.from({ length: ROUNDS }, (_, i) => window + (i + 1) * stage.pool.turns.order.length);
    // Of all places this one makes it active within a window of the pool's: with its first block, for the second.
    await untilTime(slotTime(firstSlot(window + 1) + 4) - 300);
    await stage.proposeSchedule();
    for (const next of windows) {
      stage.kill(await stage.leaderAfter(firstSlot(next) + 5));
      await untilOver(next, 1000);
      if (next !== windows.at(-1)) await stage.heal();
    }
    const steps = await scheduleSteps(stage, from);
    const problems = steps.active ? [] : ['the schedule did not become active'];
    return { windows, note: `in the header of ${steps.carried}, first signed under it: ${steps.active}`, problems };
  },
};

/** Which block carried a new schedule, and which was the first that was made under it, as "producer window:slot". */
async function scheduleSteps(stage: Stage, from: number): Promise<{ carried: string; active: string }> {
  const { api } = stage.pool.bp2;
  const steps = { carried: '', active: '' };
  const head = (await api.info()).head_block_num;
  let version: number | null = null;
  for (let num = from; num <= head; num++) {
    const block = (await api.block(num)) as ChainBlock & { new_producer_schedule?: object };
    const name = `${block.producer} ${place(slotOfTimestamp(block.timestamp))}`;
    if (block.new_producer_schedule) steps.carried = name;
    if (version !== null && block.schedule_version > version) steps.active = name;
    version = block.schedule_version;
  }
  return steps;
}

const joins: Case = {
  name: 'member-joins',
  about: 'a further member starts with an empty state at slot 3; in the next window the leader dies after slot 5',
  allowed: rescueAfter(5),
  async play(stage, window) {
    await untilTime(slotTime(firstSlot(window) + 3));
    const joining = stage.join();
    const next = window + stage.pool.turns.order.length;
    const joiner = await joining;
    const leader = await stage.leaderAfter(firstSlot(next) + 5);
    stage.kill(leader);
    await untilOver(next, 1000);
    const key = stage.keyOf(joiner.node.name);
    const proposed = stage.events(next, 'candidate').filter(({ signer }) => signer === key);
    const dropped = logLines(joiner.node.log, /dropped incoming block/).length;
    const led = signersOf(stage, next).filter((signer) => signer === key).length;
    await stage.leave(joiner);
    const problems: string[] = [];
    if (leader !== joiner && proposed.length < 12) problems.push(`it proposed ${proposed.length} of 12 blocks`);
    if (dropped > 0) problems.push(`it dropped ${dropped} blocks`);
    const note = `it proposed ${proposed.length}, ${led} left, ${dropped} dropped; ${rescuesOf(stage, next)}`;
    return { windows: [window, next], note, problems };
  },
};

const far = (how: 'dies' | 'hangs', after: number): Case => ({
  name: `next-producer-80ms-leader-${how}`,
  about: `the next producer is 80 ms away from all, and the leader ${how} after slot ${after}`,
  allowed: rescueAfter(after),
  prepareMs: 3000,
  async play(stage, window) {
    const { toBp2, between, toPeers } = stage.pool;
    for (const proxy of [toBp2, between, toPeers[1]]) if (proxy) proxy.latencyMs = 80;
    const leader = await stage.leaderAfter(firstSlot(window) + after);
    stage.lab.kill(leader.node.name, how === 'dies' ? 'SIGKILL' : 'SIGSTOP');
    await untilOver(window, 500);
    if (how === 'hangs') stage.lab.kill(leader.node.name, 'SIGCONT');
    // The next producer's window is 80 ms away, too.
    await untilOver(window, 5500);
    return { note: rescuesOf(stage, window) };
  },
});

export const CHANGES: Case[] = [schedule, joins, far('dies', 9), far('hangs', 10)];
