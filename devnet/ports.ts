import { createServer, type Server } from 'node:net';
import { PoolError } from '../common/errors.ts';

/** Below the kernel's range for outgoing connections (from 32768), so that none of those takes a reserved port. */
const LOWEST = 20_000;
const HIGHEST = 31_999;
/**
 * All runs share one grid of cells and a reservation is one cell, whatever its size: so two reservations of different
 * sizes can not overlap either, even while their ports are not in use yet.
 */
const CELL = 250;
const HOST = '127.0.0.1';

/** Consecutive ports that belong to this process until `release`, or until it ends. */
export interface PortBlock {
  /** The first usable port; the others follow it. */
  base: number;
  count: number;
  release(): Promise<void>;
}

/**
 * Reserves `count` consecutive free ports on 127.0.0.1. The block is held by listening on its cell's first port, the
 * one below `base`: two runs can not get the same block, and nothing stays on disk. Throws PoolError `no_port` when
 * none is free.
 */
export async function reservePorts(count: number, lowest = LOWEST, highest = HIGHEST): Promise<PortBlock> {
  if (count >= CELL)
    throw new PoolError('no_port', `a run can have ${CELL - 1} ports at most, not ${count}`, { count });
  const cells = Math.floor((highest - lowest + 1) / CELL);
  // Runs that start together begin their search at different places.
  const first = process.pid % Math.max(cells, 1);
  for (let i = 0; i < cells; i++) {
    const guard = lowest + ((first + i) % cells) * CELL;
    const server = await listen(guard);
    if (!server) continue;
    if (await allFree(guard + 1, count)) {
      server.unref();
      return { base: guard + 1, count, release: () => close(server) };
    }
    await close(server);
  }
  const where = `on ${HOST} between ${lowest} and ${highest}`;
  const text = `there are no ${count} free ports in a row ${where}; stop another run or free some`;
  throw new PoolError('no_port', text, { count, lowest, highest });
}

async function allFree(base: number, count: number): Promise<boolean> {
  for (let port = base; port < base + count; port++) {
    const server = await listen(port);
    if (!server) return false;
    await close(server);
  }
  return true;
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
