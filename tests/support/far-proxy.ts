import { connect, createServer, type Server, type Socket } from 'node:net';
import { seededRandom } from '../../common/random.ts';
import { TcpPath } from './tcp-path.ts';

export interface FarOptions {
  /** "host:port" that every connection is passed on to. */
  target: string;
  /** ms from the dialler to the target, and back. */
  upMs: number;
  downMs: number;
  /** Part of the segments that are lost, each way. */
  loss?: number;
  /** Each connection's losses follow from it and the connection's number. */
  seed?: number;
}

/**
 * A TCP proxy on loopback that puts a distance between two programs: bytes of any protocol come when TCP would bring them over such a way (see
 * TcpPath). The round trip is upMs + downMs.
 */
export class FarProxy {
  private readonly options: FarOptions;
  private readonly open = new Set<Socket>();
  private server: Server | null = null;
  private count = 0;
  /** "host:port" to dial; null before it was started. */
  address: string | null = null;

  constructor(options: FarOptions) {
    this.options = options;
  }

  /** Resolves with the "host:port" to dial instead of the target. `port`: 0 for any. */
  async start(port = 0): Promise<string> {
    const server = createServer((dialler) => this.connect(dialler));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const bound = server.address();
    this.address = `127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`;
    return this.address;
  }

  /** Stops listening and cuts all connections. */
  stop(): void {
    this.server?.close();
    for (const socket of this.open) socket.destroy();
  }

  private connect(dialler: Socket): void {
    const { target, upMs, downMs, loss = 0, seed = 1 } = this.options;
    const [host, port] = target.split(':');
    const listener = connect(Number(port), host);
    const { next: random } = seededRandom(seed + this.count++);
    const roundTrip = upMs + downMs;
    carry(dialler, listener, new TcpPath({ thereMs: upMs, backMs: downMs, loss, random }), roundTrip);
    carry(listener, dialler, new TcpPath({ thereMs: downMs, backMs: upMs, loss, random }), roundTrip + upMs);
    const end = () => {
      for (const socket of [dialler, listener]) {
        socket.destroy();
        this.open.delete(socket);
      }
    };
    for (const socket of [dialler, listener]) {
      this.open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', end);
      socket.on('close', end);
    }
  }
}

/** Passes on what one socket reads to the other. `opensMs`: until this end of the connection is open, had the dial come that far. */
function carry(from: Socket, to: Socket, path: TcpPath, opensMs: number): void {
  const opened = performance.now() + opensMs;
  const due: { at: number; bytes: Buffer }[] = [];
  let timer: NodeJS.Timeout | null = null;
  const deliver = () => {
    timer = null;
    while (due[0] && due[0].at <= performance.now() && !to.destroyed) to.write((due.shift() as (typeof due)[0]).bytes);
    const next = due[0];
    if (next) timer = setTimeout(deliver, Math.max(1, next.at - performance.now()));
  };
  from.on('data', (chunk: Buffer) => {
    let start = 0;
    for (const { bytes, at } of path.write(chunk.length, Math.max(opened, performance.now()))) {
      due.push({ at, bytes: chunk.subarray(start, start + bytes) });
      start += bytes;
    }
    if (timer === null) deliver();
  });
  from.on('close', () => {
    if (timer !== null) clearTimeout(timer);
  });
}
