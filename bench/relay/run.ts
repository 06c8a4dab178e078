import { setTimeout as sleep } from 'node:timers/promises';
import { PoolError } from '../../common/errors.ts';
import { slotAt, slotTime } from '../../common/slot.ts';
import type { Supervisor } from '../../devnet/supervisor.ts';
import { eventually } from '../../devnet/wait.ts';
import { dial } from '../../emitter/session/dial.ts';
import type { FrameSocket } from '../../emitter/session/frame-socket.ts';
import { listen } from '../../emitter/session/listen.ts';
import { Bed } from './bed.ts';
import { paceNow, throttledAbove } from './pace.ts';
import { type PeerHead, speakAsNode } from './peer.ts';
import { type Measured, PATHS, type PathName, type SizeResult, type Spread, spread } from './result.ts';

const SIZES = [20_000, 300_000, 1_000_000];
/** Measured blocks of each size: p99 is then the fourth highest. */
export const SAMPLES = 320;
/** An emitter runs for months: its code is compiled before anything is measured, and again a little for each size. */
const FIRST_WARM_UP = 100;
const WARM_UP = 20;
const LOST_AFTER_MS = 5000;
/** When each path's turn begins in a slot, in ms behind its first one. */
type Turns = readonly (readonly [PathName, number])[];
/**
 * Those that do not know when a block comes change places. An emitter has its turn always at one moment, for its members' blocks come so, slot by slot, and it stays awake for them; after nodeos, which it asks
 * whether it took the block; and both so far apart that what the first does behind a block, up to 110 ms later, is over.
 */
const EMITTERS: Turns = [
  ['emitter', 210],
  ['cluster', 350],
];
const OTHERS: PathName[][] = [
  ['raw', 'nodeos', 'whole'],
  ['nodeos', 'whole', 'raw'],
  ['whole', 'raw', 'nodeos'],
];
const TURN_MS = 70;
const TURNS: Turns[] = OTHERS.map((paths) => [...paths.map((path, i) => [path, i * TURN_MS] as const), ...EMITTERS]);
/** The first turn is so long before the slot's time: about when members' blocks come. */
const FIRST_MS = 620;

/**
 * The same blocks, one after the other, on each path in turn: written to a reader that is connected directly and to the path,
 * and read behind it, both readers in this process. What is added is the difference between the last bytes at the two.
 */
export async function benchRelay(
  dir: string,
  supervisor: Supervisor,
  progress: (text: string) => void,
  samples = SAMPLES,
): Promise<SizeResult[]> {
  const arrivals = new Arrivals();
  let head: PeerHead = { chainId: '', num: 0, id: '' };
  const direct = await listen('127.0.0.1', 0, (socket) => arrivals.read('direct', socket, head));
  // The relays' far end and the emitter's relay node: which of them, says which path a block was sent on.
  const relayed = await listen('127.0.0.1', 0, (socket) => arrivals.read('relayed', socket, head));
  try {
    const bed = await Bed.start(dir, supervisor, relayed.port);
    const run = new Run(bed, arrivals);
    const { id, num } = await bed.order({ do: 'connect', path: 'direct', address: `127.0.0.1:${direct.port}` });
    head = { chainId: bed.chainId, num, id };
    for (const path of ['raw', 'whole', 'nodeos'] as const) {
      await bed.order({ do: 'connect', path, address: bed.addresses[path] });
    }
    await run.nodeosHasABlock();
    arrivals.read('relayed', dial(bed.addresses.nodeos), run.head);
    await bed.startEmitter();
    await bed.startCluster();
    for (const path of ['emitter', 'cluster'] as const)
      await bed.order({ do: 'connect', path, address: bed.addresses[path] });
    progress('a nodeos, two relays that look at nothing, an emitter, and one with a NATS cluster are up');
    const results: SizeResult[] = [];
    await run.blocks(FIRST_WARM_UP, SIZES[0] ?? 0);
    for (const bytes of SIZES) {
      await run.blocks(WARM_UP, bytes);
      results.push(await run.measure(bytes, samples));
      progress(`${samples} blocks of ${results.at(-1)?.bytes} bytes measured on each path`);
    }
    return results;
  } finally {
    direct.close();
    relayed.close();
    arrivals.close();
  }
}

/** When whole blocks came in, by reader; a block's slot tells it apart. */
class Arrivals {
  private readonly sockets: FrameSocket[] = [];
  private readonly waiting = new Map<string, (ms: number) => void>();

  read(reader: 'direct' | 'relayed', socket: FrameSocket, head: PeerHead): void {
    this.sockets.push(socket);
    speakAsNode(socket, head, (frame) => {
      const now = performance.now();
      const key = `${reader} ${frame.readUInt32LE(5)}`;
      this.waiting.get(key)?.(now);
      this.waiting.delete(key);
    });
  }

  /** Monotonic ms at which the block of a slot is there. */
  of(reader: 'direct' | 'relayed', slot: number, path: string): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const lost = () => reject(new PoolError('bench', `the block of slot ${slot} did not come through: ${path}`));
    const timer = setTimeout(lost, LOST_AFTER_MS);
    this.waiting.set(`${reader} ${slot}`, (ms) => {
      clearTimeout(timer);
      resolve(ms);
    });
    return promise;
  }

  close(): void {
    for (const socket of this.sockets) socket.close('end');
  }
}

/** One block on one path: added ms, and the processor's pace around it. */
interface Passage {
  ms: number;
  pace: number;
}

class Run {
  private readonly bed: Bed;
  private readonly arrivals: Arrivals;
  private slot: number;
  head: PeerHead = { chainId: '', num: 0, id: '' };

  constructor(bed: Bed, arrivals: Arrivals) {
    this.bed = bed;
    this.arrivals = arrivals;
    this.slot = bed.genesisSlot;
  }

  /** A first block, so that nodeos has one that is not irreversible and can tell its state. */
  async nodeosHasABlock(): Promise<void> {
    const { id, num } = await this.bed.order({ do: 'make', slot: ++this.slot, bytes: 1000 * 10 });
    await this.bed.order({ do: 'send', to: ['nodeos'] });
    const { chain, chainId } = this.bed;
    const taken = async () => ((await chain.info()).head_block_id === id ? true : undefined);
    await eventually('nodeos takes the first block', taken, 10_000, 50);
    this.head = { chainId, num, id };
  }

  async measure(size: number, samples: number): Promise<SizeResult> {
    const { bytes, added } = await this.blocks(samples, size);
    const limit = throttledAbove(PATHS.flatMap((path) => added[path].map(({ pace }) => pace)));
    const isThrottled = ({ pace }: Passage) => pace > limit;
    const decision = added.cluster.map(({ ms, pace }, i) => {
      const alone = added.emitter[i] as Passage;
      return { ms: ms - alone.ms, pace: Math.max(pace, alone.pace) };
    });
    const spreads = { steady: {} } as Record<Measured, Spread> & Pick<SizeResult, 'steady'>;
    for (const [name, passages] of Object.entries({ ...added, decision }) as [Measured, Passage[]][]) {
      const steady = passages.filter((passage) => !isThrottled(passage));
      spreads[name] = spread(passages.map(({ ms }) => ms));
      spreads.steady[name] = steady.length > 0 ? spread(steady.map(({ ms }) => ms)) : null;
    }
    const throttled = PATHS.flatMap((path) => added[path]).filter(isThrottled).length;
    return { bytes, n: samples, throttled, ...spreads };
  }

  /** So many new blocks, one a slot as in life, each on every path, one path after the other. */
  async blocks(count: number, size: number): Promise<{ bytes: number; added: Record<PathName, Passage[]> }> {
    const added: Record<PathName, Passage[]> = { raw: [], whole: [], nodeos: [], emitter: [], cluster: [] };
    let bytes = 0;
    for (let i = 0; i < count; i++) {
      this.slot = Math.max(this.slot, slotAt(Date.now() + FIRST_MS)) + 1;
      bytes = (await this.bed.order({ do: 'make', slot: this.slot, bytes: size })).bytes;
      for (const [path, behindMs] of TURNS[i % TURNS.length] ?? []) {
        await sleep(Math.max(0, slotTime(this.slot) - FIRST_MS + behindMs - Date.now()));
        const before = paceNow();
        const ms = await this.once(path);
        added[path].push({ ms, pace: Math.max(before, paceNow()) });
      }
    }
    return { bytes, added };
  }

  private async once(path: PathName): Promise<number> {
    const both = Promise.all([
      this.arrivals.of('direct', this.slot, 'direct'),
      this.arrivals.of('relayed', this.slot, path),
    ]);
    await this.bed.order({ do: 'send', to: ['direct', path] });
    const [direct, relayed] = await both;
    return relayed - direct;
  }
}
