import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keyText } from '../../common/keys.ts';
import { slotTime } from '../../common/slot.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { listen } from '../../emitter/session/listen.ts';
import { PRODUCER } from '../relay/blocks.ts';
import { speakAsNode } from '../relay/peer.ts';

const ZEROS = '00'.repeat(32);

/** A chain of one block, and all the keys that may sign for its producer. */
export interface FakeChain {
  chainId: string;
  genesis: { id: string; slot: number };
  scheduleHash: Buffer;
  /** "type:hex". */
  keys: string[];
}

/**
 * A relay node that is none: it tells the state of one block, takes connections as a node does, and calls its head
 * what it was sent last. It executes nothing and sends no blocks.
 */
export class FakeNode {
  readonly api: string;
  readonly p2p: string;
  readonly close: () => void;

  private constructor(api: Server, p2pPort: number, close: () => void) {
    this.api = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    this.p2p = `127.0.0.1:${p2pPort}`;
    this.close = close;
  }

  static async start(chain: FakeChain): Promise<FakeNode> {
    const { id, slot } = chain.genesis;
    const timestamp = new Date(slotTime(slot)).toISOString().slice(0, -1);
    const keys = chain.keys.map((key) => ({ key: keyText(key), weight: 1 }));
    const schedule = { version: 0, producers: [{ producer_name: PRODUCER, authority: [0, { threshold: 1, keys }] }] };
    const lib = { last_irreversible_block_num: 1, last_irreversible_block_id: id };
    let head = { head_block_num: 1, head_block_id: id };
    const answers: Record<string, object> = {
      get_block_header_state: {
        ...{ id, block_num: 1, header: { timestamp, previous: ZEROS } },
        ...{ dpos_proposed_irreversible_blocknum: 0, dpos_irreversible_blocknum: 0, confirm_count: [] },
        ...{ producer_to_last_produced: [], producer_to_last_implied_irb: [] },
        blockroot_merkle: { _active_nodes: [], _node_count: 0 },
        pending_schedule: {
          ...{ schedule_lib_num: 0, schedule_hash: chain.scheduleHash.toString('hex') },
          schedule: { version: 0, producers: [] },
        },
        active_schedule: schedule,
      },
    };
    const seats = keys.map(({ key }, i) => ({ account: `member${i}`, key }));
    const answer = (path: string, body: { table?: string }): object | undefined => {
      const name = path.split('/').at(-1) ?? '';
      if (name === 'get_info') return { chain_id: chain.chainId, head_block_time: timestamp, ...lib, ...head };
      if (name === 'get_table_rows') return { rows: body.table === 'seats' ? seats : [] };
      return answers[name];
    };
    const api = createServer(async (request, response) => {
      const text = (await request.toArray()).join('');
      const found = answer(request.url ?? '', text ? JSON.parse(text) : {});
      response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(found ?? {}));
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
    const take = (frame: Buffer) => {
      const header = decodeBlockHeader(frame);
      if (header.ok) head = { head_block_num: header.value.num, head_block_id: header.value.id };
    };
    const first = { chainId: chain.chainId, num: 1, id };
    const p2p = await listen('127.0.0.1', 0, (socket) => speakAsNode(socket, first, take));
    return new FakeNode(api, p2p.port, () => {
      p2p.close();
      api.closeAllConnections();
      api.close();
    });
  }
}
