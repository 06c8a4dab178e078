import { PoolError } from '../../common/errors.ts';
import type { EventLogReader } from '../../common/event-log.ts';
import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { verifyLog } from '../../common/verify-log.ts';
import { eventually } from '../../devnet/wait.ts';
import { publicForkSwitches } from './forks.ts';
import type { Kill } from './kills.ts';
import { withLog } from './logs.ts';
import type { PoolRun } from './pool-run.ts';
import { measureWindow } from './summary.ts';

/** What the kills cost, counted on the final chain, in the event log and in the network producers' logs. */
export async function chaosResult(run: PoolRun, kills: Kill[], seed: number) {
  const { first, round } = run.turns;
  const last = Math.max(...kills.map(({ window }) => window)) + round;
  await eventually('the last window to be irreversible', () => measureWindow(run, last), 300_000, 1000);
  const windows = Array.from({ length: (last - first) / round + 1 }, (_, i) => first + i * round);
  let slots = 0;
  let missed = 0;
  const perKill = new Map<number, { missed: number; replaced: number }>();
  for (const window of windows) {
    const metrics = await measureWindow(run, window);
    slots += metrics.slots;
    missed += metrics.missed;
    perKill.set(window, { missed: metrics.missed, replaced: metrics.replaced });
  }
  const recovery = kills.map(({ recoveryMs }) => recoveryMs).filter((ms) => ms !== null);
  const { nodes } = run.state;
  const switchesIn = (from: number, to: number) =>
    publicForkSwitches(nodes, slotTime(firstSlot(from)), slotTime(lastSlot(to) + 1));
  return {
    kind: 'leader',
    times: kills.length,
    seed,
    slots,
    missed,
    emittedTwice: emittedTwice(run),
    publicForkSwitches: switchesIn(first, last),
    eventsLost: eventsLost(run),
    paidTwice: await settledTwice(run),
    recovery: { p50: percentile(recovery, 0.5), p99: percentile(recovery, 0.99) },
    kills: kills.map((kill) => {
      const cost = perKill.get(kill.window);
      if (!cost) throw new PoolError('run', `${kill.member} was killed in window ${kill.window}, which is not counted`);
      return { ...kill, ...cost, switches: switchesIn(kill.window, kill.window) };
    }),
  };
}

/** Slots of which more than one (id, signer) was let out that no rescue names as replaced. By the emitters' logs. */
export function emittedTwice(run: PoolRun): number {
  const out = new Map<number, Set<string>>();
  const named = new Set<string>();
  for (const { eventLog } of run.emitters)
    withLog(eventLog, (log) => {
      for (const { event } of log.all()) {
        if (event.type === 'decision') for (const id of event.replaces) named.add(id);
        if (event.type === 'emission')
          out.set(event.slot, (out.get(event.slot) ?? new Set()).add(`${event.id}:${event.signer}`));
      }
    });
  const standing = [...out.values()].map((blocks) => [...blocks].filter((one) => !named.has(one.split(':')[0] ?? '')));
  return standing.filter((blocks) => blocks.length > 1).length;
}

/** Emissions that the log of their emitter has no decision for, and logs whose chain is broken. */
function eventsLost(run: PoolRun): number {
  return run.emitters.reduce((sum, { eventLog }) => sum + withLog(eventLog, lostIn), 0);
}

function lostIn(log: EventLogReader): number {
  const { ok } = verifyLog(log);
  const decided = new Set<string>();
  let lost = ok ? 0 : 1;
  for (const { event } of log.all()) {
    if (event.type === 'decision') decided.add(event.id);
    if (event.type === 'emission' && !decided.has(event.id)) lost++;
  }
  return lost;
}

/** Windows that the contract holds more than one settlement of, or more shares than settled windows for a member. */
async function settledTwice(run: PoolRun): Promise<number> {
  const { dac } = run.state;
  const chain = run.chain();
  const windows = await chain.rows<{ window: number }>(dac, dac, 'windows');
  const seats = await chain.rows<{ shares: number }>(dac, dac, 'seats');
  const ids = new Set(windows.map(({ window }) => Number(window)));
  const excess = Math.max(0, ...seats.map(({ shares }) => shares - ids.size));
  return windows.length - ids.size + excess;
}

function percentile(values: number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? null;
}
