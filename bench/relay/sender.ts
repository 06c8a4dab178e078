import { dial } from '../../emitter/session/dial.ts';
import type { FrameSocket } from '../../emitter/session/frame-socket.ts';
import { type Block, BlockMaker } from './blocks.ts';
import { speakAsNode } from './peer.ts';
import type { PathName } from './result.ts';

/** Asked of the sender by the benchmark, one at a time; each is answered with an Answer. */
export type Order =
  | { do: 'connect'; path: PathName | 'direct'; address: string }
  | { do: 'make'; slot: number; bytes: number }
  /** Writes the newest block to these, in this order, one right after the other. */
  | { do: 'send'; to: (PathName | 'direct')[] };

export interface Answer {
  bytes: number;
  id: string;
  num: number;
  /** A path that could not be written to; null when all could. */
  unsent: string | null;
}

/**
 * `node bench/relay/sender.ts CHAIN_ID SECRET GENESIS_SLOT`, started by the benchmark: the member whose blocks are relayed, a
 * process of its own.
 */
const [chainId, secret, genesisSlot] = process.argv.slice(2) as [string, string, string];
const maker = new BlockMaker(chainId, Buffer.from(secret, 'hex'), Number(genesisSlot));
const sockets = new Map<string, FrameSocket>();
let block: Block = { frame: Buffer.alloc(0), num: 1, ...maker.genesis };

process.on('message', (order: Order) => {
  const unsent = obey(order);
  process.send?.({ bytes: block.frame.length, id: block.id, num: block.num, unsent } satisfies Answer);
});
process.on('disconnect', () => process.exit(0));

/** Gives the path that could not be written to, if one could not. */
function obey(order: Order): string | null {
  switch (order.do) {
    case 'connect': {
      const socket = dial(order.address);
      speakAsNode(socket, { chainId, num: block.num, id: block.id }, () => {});
      sockets.set(order.path, socket);
      return null;
    }
    case 'make':
      block = maker.make(order.slot, order.bytes);
      return null;
    case 'send':
      return order.to.filter((name) => sockets.get(name)?.send(block.frame) !== true)[0] ?? null;
  }
}
