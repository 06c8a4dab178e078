import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { far, type Way } from './far-cluster.ts';
import { quantiles } from './times.ts';

const BLOCKS = 12;
const SLOT_MS = 500;

/** Windows of candidates over new connections from members to a reader: ms until each was there. Gives rows of a table: first blocks, and the rest. */
export async function measureTransfer(bytes: number, way: Way, windows: number): Promise<string[]> {
  const arrived: number[][] = [];
  const server = createServer((socket) => {
    const own: number[] = [];
    arrived.push(own);
    let got = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      got += chunk.length;
      while (own.length < Math.floor(got / bytes)) own.push(performance.now());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { proxy, at } = await far(`127.0.0.1:${port}`, way);
  const [host, near] = at.split(':');
  const [first, rest]: [number[], number[]] = [[], []];
  const block = Buffer.alloc(bytes);
  const member = async () => {
    const socket = connect(Number(near), host);
    const number = arrived.length;
    await new Promise((resolve) => socket.once('connect', resolve));
    // The connection is there long before the window.
    await sleep(3 * way.roundTripMs + 50);
    const sent: number[] = [];
    const begin = performance.now();
    for (let i = 0; i < BLOCKS; i++) {
      await sleep(Math.max(0, begin + i * SLOT_MS - performance.now()));
      sent.push(performance.now());
      socket.write(block);
    }
    const own = arrived[number] as number[];
    while (own.length < BLOCKS) await sleep(20);
    socket.destroy();
    for (const [i, when] of own.entries()) (i === 0 ? first : rest).push(when - (sent[i] as number));
  };
  for (let i = 0; i < windows; i += 4) {
    const starting: Promise<void>[] = [];
    for (let k = 0; k < 4; k++) {
      starting.push(member());
      while (arrived.length < i + k + 1) await sleep(2);
    }
    await Promise.all(starting);
  }
  proxy.stop();
  server.close();
  const head = `| ${bytes / 1000} kB | ${way.roundTripMs} | ${way.loss * 100} %`;
  return [`${head} | first | ${quantiles(first)} |`, `${head} | later | ${quantiles(rest)} |`];
}
