import { ChainClient } from '../../common/chain.ts';
import type { Clock } from '../../common/clock.ts';
import { stringToName } from '../../common/name.ts';
import type { NodeState } from '../../devnet/state.ts';
import { eventually } from '../../devnet/wait.ts';
import { decodeBlockHeader } from '../../emitter/decode/block.ts';
import { type Head, type PeerOptions, PeerSession } from '../../emitter/session/peer-session.ts';
import type { PublicBlock } from './public-blocks.ts';

interface Parts {
  chainId: string;
  pool: string;
  clock: Clock;
  /** `at`: monotonic ms. */
  onBlock(block: PublicBlock, tap: string, at: number): void;
  /** For tests: another way to open a connection, or to ask for a node's head. */
  open?: PeerOptions['open'];
  head?: (api: string) => Promise<Head>;
}

/**
 * A listener at each public node, over a real p2p session that takes and never gives: it hears what the node tells the network, and a node
 * does that before it executes a block, so also of one that it then refuses or leaves for another. A session that is cut is dialled again.
 */
export class Taps {
  private readonly sessions: { name: string; session: PeerSession }[];

  /** `nodes`: those that listen for peers. */
  constructor(nodes: Pick<NodeState, 'name' | 'api' | 'p2p'>[], parts: Parts) {
    const pool = stringToName(parts.pool);
    const { chainId, clock, open, head = headOf } = parts;
    this.sessions = nodes.map(({ name, api, p2p }) => {
      const onBlock = (frame: Buffer) => {
        const block = poolBlock(frame, pool);
        if (block) parts.onBlock(block, name, performance.now());
      };
      const listening = { address: p2p ?? '', chainId, clock, onBlock, onState: () => {}, head: () => head(api) };
      return { name, session: new PeerSession({ ...listening, ...(open ? { open } : {}) }) };
    });
  }

  get names(): string[] {
    return this.sessions.map(({ name }) => name);
  }

  /** Names of those that hear their node. */
  get up(): string[] {
    return this.sessions.filter(({ session }) => session.up).map(({ name }) => name);
  }

  /** Resolves when all of them hear their nodes. Rejects with PoolError `timeout`. */
  async start(): Promise<void> {
    for (const { session } of this.sessions) session.start();
    await eventually('a tap at each public node', async () => this.up.length === this.names.length || undefined);
  }

  stop(): void {
    for (const { session } of this.sessions) session.stop();
  }
}

/** Null for what is no block of the pool, or no block at all. */
function poolBlock(frame: Buffer, pool: bigint): PublicBlock | null {
  const header = decodeBlockHeader(frame);
  if (!header.ok || header.value.producer !== pool) return null;
  const { id, slot, signature } = header.value;
  return { id, slot, signature: `${signature.type}:${signature.bytes.toString('hex')}` };
}

/** The node's own head, so that it sends what comes after it and nothing older; no irreversible block, so that it asks for nothing. */
async function headOf(api: string): Promise<Head> {
  const info = await new ChainClient(api).info();
  return { libNum: 0, libId: '00'.repeat(32), headNum: info.head_block_num, headId: info.head_block_id };
}
