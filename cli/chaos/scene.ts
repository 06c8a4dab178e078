import { type Clock, clockFrom } from '../../common/clock.ts';
import { connectNats, type Nats } from '../../common/nats/connection.ts';
import { firstSlot, SLOT_MS, slotAt, slotTime, windowOf } from '../../common/slot.ts';
import type { PoolRun } from '../run/pool-run.ts';
import { PublicBlocks } from './public-blocks.ts';
import { Taps } from './taps.ts';

/** A running pool with everything that watches it from outside. */
export class Scene {
  readonly run: PoolRun;
  readonly clock: Clock;
  readonly blocks: PublicBlocks;
  readonly taps: Taps;
  /** A connection of its own to the cluster; null for a pool with one emitter. */
  readonly nats: Nats | null;
  /** What each emitter told of as durable: hashes by number. */
  readonly told = new Map<string, Map<number, string>>();
  private newest: { slot: number; signer: string } | null = null;

  private constructor(run: PoolRun, nats: Nats | null) {
    const { chainId, pool, nodes, clockShiftFile } = run.state;
    this.run = run;
    this.nats = nats;
    this.clock = clockFrom(clockShiftFile);
    this.blocks = new PublicBlocks();
    const onBlock: PublicBlocks['note'] = (block, tap, at) => this.blocks.note(block, tap, at);
    const producers = nodes.filter(({ role }) => role === 'producer');
    this.taps = new Taps(producers, { chainId, pool, clock: this.clock, onBlock });
    for (const { name } of run.emitters) this.told.set(name, new Map());
    run.onRecord(({ event, seq, hash }, emitter) => {
      this.told.get(emitter)?.set(seq, hash);
      if (event.type === 'emission' && event.slot >= (this.newest?.slot ?? 0)) this.newest = event;
    });
  }

  /** Watches a run whose pool is in the schedule; resolves when the taps hear all public producers. */
  static async open(run: PoolRun): Promise<Scene> {
    const urls = run.natsUrls.map((url) => url.replace('nats://', ''));
    const nats = urls.length > 0 ? await connectNats(`nats://${urls.join(',')}`, 'chaos') : null;
    const scene = new Scene(run, nats);
    await scene.taps.start();
    return scene;
  }

  async close(): Promise<void> {
    this.taps.stop();
    await this.nats?.connection.close();
  }

  /** The pool's window that runs, or ran last. */
  get window(): number {
    const { first, round } = this.run.turns;
    // The slot whose block is being made.
    const begun = windowOf(slotAt(this.clock.now()) + 1);
    return begun - ((((begun - first) % round) + round) % round);
  }

  /** The pool's next window that has not begun, at the earliest its first full one. */
  get nextWindow(): number {
    const { first, round } = this.run.turns;
    return Math.max(first, this.window + round);
  }

  /** Ms (on the run's clock) at which the first block of a window begins to be made. */
  startOf(window: number): number {
    return slotTime(firstSlot(window)) - SLOT_MS;
  }

  /** Who made the newest block that was let out in a window; null before its first. */
  leaderIn(window: number): string | null {
    return this.newest && windowOf(this.newest.slot) === window ? this.newest.signer : null;
  }
}
