import { firstSlot, lastSlot, slotOfTimestamp, slotTime } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import { forkSwitches } from '../run/forks.ts';
import type { Kind, Victim } from './draw.ts';
import { type FinalBlock, finalBlocks, missedIn } from './final-chain.ts';
import type { Row, Totals } from './goals.ts';
import type { Kill } from './kill.ts';
import { decisionsOf, eventsLost } from './logs.ts';
import { paidTwice, readShares } from './paid-twice.ts';
import type { Scene } from './scene.ts';

/** A kill with what it cost: windows count for the newest kill before their end. */
export interface KillCost extends Omit<Kill, 'at'> {
  /** To the pool's next public block, in ms; null when none of its window was left. */
  recoveryMs: number | null;
  missed: number;
  /** Pool blocks that the network got and the final chain does not have. */
  replaced: number;
  switches: number;
}

export interface ChaosResult extends Totals {
  seed: number;
  /** Windows that the contract had not settled in time. */
  unsettled: number;
  kills: KillCost[];
}

/** Reports of a window come some 20 s after its end on a chain with few producers. */
const SETTLED_MS = 120_000;

/** What the kills cost: by the taps, the final chain, the producers' logs, the contract; emitters' logs are compared, not asked. Rejects with PoolError `timeout`. */
export async function chaosResult(
  scene: Scene,
  kind: Kind,
  kills: readonly Kill[],
  seed: number,
): Promise<ChaosResult> {
  const { run, blocks, taps } = scene;
  const { first, round } = run.turns;
  const last = Math.max(scene.window, ...kills.map(({ window }) => window + round));
  await untilIrreversible(scene, last);
  const windows = Array.from({ length: (last - first) / round + 1 }, (_, i) => first + i * round);
  const final = await finalBlocks(run.chain(), run.state.pool, windows);
  // Before the logs are read: what comes meanwhile is for nobody.
  const seen = blocks.all.filter(({ slot }) => slot <= lastSlot(last));
  const { replaced, decided } = decisionsOf(scene);
  const count = new Count(scene, final, blocks.emittedTwice(replaced));
  const shares = groups(windows, kills);
  const unsettled = await untilSettled(scene, windows);
  const settled = await readShares(run.chain(), run.state.dac);
  const rows = rowKinds(kind, kills).map((each) => {
    const own = shares.filter(({ kill }) => kind !== 'mix' || kill.victim === each);
    return count.row(
      each,
      own.map(({ kill }) => kill),
      own.flatMap((share) => share.windows),
    );
  });
  return {
    ...count.row(kind, kills, windows),
    seed,
    eventsLost: await eventsLost(scene, decided, seen),
    paidTwice: paidTwice(settled.windows, settled.seats),
    unseen: blocks.unseen([...final.values()].flat(), taps.names),
    unsettled,
    rows,
    kills: shares.map(({ kill, windows }) => count.cost(kill, windows)),
  };
}

/** Windows by the newest kill before their end; those before all kills by the first. */
export function groups(windows: readonly number[], kills: readonly Kill[]): { kill: Kill; windows: number[] }[] {
  const found = kills.map((kill) => ({ kill, windows: [] as number[] }));
  for (const window of windows) (found.findLast(({ kill }) => kill.window <= window) ?? found[0])?.windows.push(window);
  return found;
}

function rowKinds(kind: Kind, kills: readonly Kill[]): Kind[] {
  return kind === 'mix' ? [...new Set<Victim>(kills.map(({ victim }) => victim))].sort() : [kind];
}

/** Counts over some of the windows. */
class Count {
  private readonly scene: Scene;
  private readonly final: Map<number, FinalBlock[]>;
  /** Slots. */
  private readonly twice: number[];
  /** Of each producer. */
  private readonly switchTimes: number[][];

  constructor(scene: Scene, final: Map<number, FinalBlock[]>, twice: number[]) {
    this.scene = scene;
    this.final = final;
    this.twice = twice;
    const producers = scene.run.state.nodes.filter(({ role }) => role === 'producer');
    this.switchTimes = producers.map(({ log }) => forkSwitches(log));
  }

  row(kind: Kind, kills: readonly Kill[], windows: readonly number[]): Row {
    const recovery = kills.map((kill) => this.recovery(kill)).filter((ms) => ms !== null);
    return {
      kind,
      times: kills.length,
      slots: windows.length * (lastSlot(0) + 1),
      missed: this.missed(windows),
      emittedTwice: this.twice.filter((slot) => windows.some((window) => isIn(slot, window))).length,
      publicForkSwitches: this.switches(windows),
      recovery: { p50: quantile(recovery, 0.5), p99: quantile(recovery, 0.99) },
    };
  }

  cost(kill: Kill, windows: readonly number[]): KillCost {
    const { at, ...rest } = kill;
    const costs = { missed: this.missed(windows), replaced: this.replaced(windows), switches: this.switches(windows) };
    return { ...rest, recoveryMs: this.recovery(kill), ...costs };
  }

  private recovery({ at, window }: Kill): number | null {
    return this.scene.blocks.recovery(at, window);
  }

  private missed(windows: readonly number[]): number {
    return windows.reduce((sum, window) => sum + missedIn(this.final.get(window)), 0);
  }

  private replaced(windows: readonly number[]): number {
    const kept = new Set(windows.flatMap((window) => this.final.get(window) ?? []).map(({ id }) => id));
    const seen = this.scene.blocks.all.filter(({ slot }) => windows.some((window) => isIn(slot, window)));
    return new Set(seen.map(({ id }) => id).filter((id) => !kept.has(id))).size;
  }

  /** By the log of the producer that switched most. */
  private switches(windows: readonly number[]): number {
    const during = (at: number) =>
      windows.some((window) => at >= slotTime(firstSlot(window)) && at <= slotTime(lastSlot(window) + 1));
    return Math.max(0, ...this.switchTimes.map((times) => times.filter(during).length));
  }
}

function isIn(slot: number, window: number): boolean {
  return slot >= firstSlot(window) && slot <= lastSlot(window);
}

async function untilIrreversible({ run }: Scene, window: number): Promise<void> {
  const chain = run.chain();
  const isOver = async () => {
    const { last_irreversible_block_num: num } = await chain.info();
    return slotOfTimestamp((await chain.block(num)).timestamp) > lastSlot(window) ? true : undefined;
  };
  await eventually(`window ${window} to be irreversible`, isOver, 300_000, 500);
}

/** Gives how many of the windows the contract has not settled when that should have happened. */
async function untilSettled({ run }: Scene, windows: readonly number[]): Promise<number> {
  const open = async () => {
    const { windows: rows } = await readShares(run.chain(), run.state.dac);
    const settled = new Set(rows.map(({ window }) => Number(window)));
    return windows.filter((window) => !settled.has(window)).length;
  };
  const all = async () => ((await open()) === 0 ? true : undefined);
  await eventually('all windows settled', all, SETTLED_MS, 500).catch(() => {});
  return open();
}

/** Null for no values. */
export function quantile(values: readonly number[], part: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? null;
}
