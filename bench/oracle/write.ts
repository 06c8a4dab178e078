import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { PoolEvent } from '../../common/events.ts';
import { rootDigest } from '../../common/log-proof.ts';
import { signText } from '../../common/signature.ts';
import { firstSlot, slotTime } from '../../common/slot.ts';
import { windowRoot } from '../../common/window-root.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { castOf } from './cast.ts';
import { type Cast, FIRST_WINDOW, type WindowEvents, windowOfPlace } from './day.ts';

export interface LogSize {
  members: number;
  windows: number;
  /** Slots at the very end without a candidate. */
  missed: number;
}

const WORKERS = 2;

/** What the chain has of the day: beside the log, for the process that is measured. */
export interface DayFile extends LogSize {
  chain: string;
  /** "type:hex": of the members by index, and of the emitter. */
  keys: string[];
  logKey: string;
  /** Ids of the pool's blocks, in order. */
  emitted: string[];
}

/** Writes an emitter's log of so many windows to `file`, and the ids of its blocks to `file`.json; all signatures in it are real. */
export async function writeLog(file: string, size: LogSize, progress: (text: string) => void): Promise<void> {
  const cast = castOf(size.members);
  const store = new SqliteStore(file, 'process');
  const emitted: string[] = [];
  store.append([{ window: null, event: startOf(cast) }]);
  const workers = Array.from({ length: WORKERS }, () => {
    return new Worker(new URL('worker.ts', import.meta.url), { workerData: { members: size.members } });
  });
  try {
    const waiting = workers.map((worker, place) => ask(worker, place, size));
    for (let place = 0; place < size.windows; place++) {
      const made = (await waiting[place % WORKERS]) as WindowEvents;
      waiting[place % WORKERS] = ask(workers[place % WORKERS] as Worker, place + WORKERS, size);
      append(store, place, made, cast);
      emitted.push(...made.emitted);
      if (place % 100 === 99) progress(`${place + 1} of ${size.windows} windows are written`);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
    store.close();
  }
  const { identity, members, emitter } = cast;
  const day: DayFile = {
    ...size,
    chain: identity.chain,
    keys: members.map(({ id }) => id),
    logKey: emitter.id,
    emitted,
  };
  writeFileSync(`${file}.json`, JSON.stringify(day));
}

function ask(worker: Worker, place: number, { windows, missed }: LogSize): Promise<WindowEvents | null> {
  if (place >= windows) return Promise.resolve(null);
  worker.postMessage({ place, missed: place === windows - 1 ? missed : 0 });
  return once(worker, 'message').then(([made]) => made as WindowEvents);
}

function append(store: SqliteStore, place: number, { events }: WindowEvents, { identity, emitter }: Cast): void {
  const window = windowOfPlace(place);
  const records = store.append(events.map((event) => ({ window, event })));
  const root = windowRoot(records) as string;
  const signature = signText(rootDigest(identity, window, root), emitter);
  const at = slotTime(firstSlot(window + 1)) + 1800;
  store.append([{ window, event: { type: 'root', at, window, root, signer: emitter.id, signature } }]);
}

function startOf({ identity, emitter }: Cast): PoolEvent {
  const run = { ...identity, dac: 'pooldac', software: 'bench', strategies: { 'first-delivered': 1 }, config: {} };
  return { type: 'start', at: slotTime(firstSlot(FIRST_WINDOW)) - 10_000, ...run, logKey: emitter.id };
}
