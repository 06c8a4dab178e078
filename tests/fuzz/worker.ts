import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { type Failure, fuzz } from './session.ts';
import { targets } from './targets.ts';

/** What the parent gives a worker: how much to do, and memory in which it sees what the worker is at. */
export interface Task {
  executions: number;
  seed: number;
  /** Of `Watch`. */
  shared: SharedArrayBuffer;
}

export interface Done {
  failure: Failure | null;
  /** Live heap after a tenth of the executions, and after all, in bytes. */
  heap: { early: number; late: number };
}

/** The input under way, in shared memory: a counter, the target's index, the input's length, its bytes. */
export class Watch {
  static readonly bytes = 12 + 8192;
  private readonly head: Int32Array;
  private readonly input: Uint8Array;

  constructor(shared: SharedArrayBuffer) {
    this.head = new Int32Array(shared, 0, 3);
    this.input = new Uint8Array(shared, 12);
  }

  begin(target: number, bytes: Buffer): void {
    this.head[1] = target;
    this.head[2] = bytes.length;
    this.input.set(bytes);
    this.head[0] = (this.head[0] as number) + 1;
  }

  get executions(): number {
    return this.head[0] as number;
  }

  get current(): { target: number; bytes: Buffer } {
    return { target: this.head[1] as number, bytes: Buffer.from(this.input.subarray(0, this.head[2])) };
  }
}

function work({ executions, seed, shared }: Task): Done {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const live = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const watch = new Watch(shared);
  const index = new Map(targets().map(({ name }, i) => [name, i]));
  let early = 0;
  const failure = fuzz(executions, seed, {
    before: (target, bytes) => watch.begin(index.get(target) ?? 0, bytes),
    progress: (n) => {
      if (early === 0 && n >= executions / 10) early = live();
    },
  });
  return { failure, heap: { early, late: live() } };
}

if (parentPort) parentPort.postMessage(work(workerData as Task));
