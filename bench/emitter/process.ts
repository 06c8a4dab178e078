import { readFileSync } from 'node:fs';
import path from 'node:path';
import { EMITTER_NODE_FLAGS } from '../../common/node-flags.ts';
import { reservePorts } from '../../devnet/ports.ts';
import { type Running, type Supervisor, whenReady } from '../../devnet/supervisor.ts';
import { ROOT } from '../../devnet/tools.ts';
import { PRODUCER } from '../relay/blocks.ts';
import type { FakeNode } from './fake-node.ts';

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** An emitter as it runs in life, `node emitter/main.ts`. */
export class EmitterProcess {
  readonly port: number;
  readonly http: string;
  private readonly running: Running;

  private constructor(running: Running, port: number, http: string) {
    this.running = running;
    this.port = port;
    this.http = http;
  }

  /** `name` tells its files in `dir` apart from those of others. */
  static async start(dir: string, name: string, supervisor: Supervisor, node: FakeNode): Promise<EmitterProcess> {
    const { base, release } = await reservePorts(2);
    const http = `http://127.0.0.1:${base + 1}`;
    const running = await supervisor.start({
      name,
      command: process.execPath,
      args: [...EMITTER_NODE_FLAGS, path.join(ROOT, 'emitter/main.ts')],
      log: path.join(dir, `${name}.log`),
      env: {
        EMITTER_POOL: PRODUCER,
        EMITTER_DAC: PRODUCER,
        EMITTER_RELAY_API: node.api,
        EMITTER_RELAY_P2P: node.p2p,
        EMITTER_LISTEN: `127.0.0.1:${base}`,
        EMITTER_STRATEGY: 'first-delivered',
        EMITTER_HTTP: `127.0.0.1:${base + 1}`,
        EMITTER_EVENT_LOG: path.join(dir, `${name}.sqlite`),
        CLOCK_SHIFT_FILE: path.join(dir, 'clock'),
      },
    });
    await whenReady(running, async () => ((await fetch(`${http}/ready`)).ok ? true : undefined));
    await release();
    return new EmitterProcess(running, base, http);
  }

  get name(): string {
    return this.running.spec.name;
  }

  /** CPU time used so far by all its threads, in seconds. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.running.pid}/stat`, 'utf8');
    // The name in brackets can hold anything; utime and stime are the 12th and 13th fields behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory in bytes. */
  get rss(): number {
    const status = readFileSync(`/proc/${this.running.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  }
}
