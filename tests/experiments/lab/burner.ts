import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../../common/chain.ts';
import { privateKeyBytes } from '../../../common/keys.ts';
import { firstSlot, lastSlot, SLOT_MS, slotInWindow, slotTime } from '../../../common/slot.ts';
import type { KeyPair } from '../../../devnet/keys.ts';
import { signTransaction } from '../../../devnet/sign.ts';
import { untilTime } from './turns.ts';

const TRIAL_LOOPS = 1_000_000;

/** A node with the default effort begins with slot k's block this much a slot before the slot before it. */
const GAIN_MS = 50;

/** Into the block's time, so that the transaction does not come before its block is begun. */
const AFTER_BEGIN_MS = 30;
/** One node after the other: at the same time they would have to share the machine's cores, and be billed for waiting. */
const APART_MS = 110;

/**
 * Config for nodes that are to take such transactions: only those they are sent themselves, so that public nodes need their CPU for
 * blocks. A node without a producer wants its read window longer than a transaction.
 */
export const HEAVY_CONFIG = ['max-transaction-time = 400', 'read-only-read-window-time-us = 450000'];
export const QUIET_CONFIG = ['p2p-accept-transactions = false'];

/** Sends transactions that need a wanted time of CPU, straight to nodes' APIs. */
export class Burner {
  private readonly client: ChainClient;
  private readonly key: Uint8Array;
  private chainId = '';
  private loopsPerMs = 0;
  private count = 0;

  /** `client` is asked for the transactions' reference block and billed for the trial. */
  constructor(client: ChainClient, key: KeyPair) {
    this.client = client;
    this.key = privateKeyBytes(key.private);
  }

  /** Finds out how fast this machine burns: by the third trial the code is compiled. */
  async calibrate(): Promise<void> {
    this.chainId = (await this.client.info()).chain_id;
    for (let i = 0; i < 3; i++) {
      const answer = await this.client.post<{ processed: { receipt: { cpu_usage_us: number } } }>(
        '/v1/chain/send_transaction',
        await this.pack(TRIAL_LOOPS),
      );
      this.loopsPerMs = TRIAL_LOOPS / (answer.processed.receipt.cpu_usage_us / 1000);
      await sleep(SLOT_MS);
    }
  }

  /** One transaction of `ms` for each block of a window but the first, sent when nodes begin with that block. */
  async burnWindow(window: number, ms: number, nodes: () => ChainClient[]): Promise<void> {
    for (let slot = firstSlot(window) + 1; slot <= lastSlot(window); slot++) {
      await untilTime(slotTime(slot - 1) - GAIN_MS * slotInWindow(slot) + AFTER_BEGIN_MS);
      void this.burn(ms, nodes());
    }
  }

  /** Sends one transaction of `ms` to each node; a node that refuses it just does not have it. */
  private async burn(ms: number, nodes: ChainClient[]): Promise<void> {
    const packed = await this.pack(Math.round(ms * this.loopsPerMs));
    const sending = nodes.map(async (node, i) => {
      await sleep(i * APART_MS);
      await node.post('/v1/chain/send_transaction', packed);
    });
    await Promise.allSettled(sending);
  }

  private async pack(loops: number): Promise<object> {
    const header = await this.client.transactionHeader(30);
    // The number behind the loops makes each transaction another one.
    const data = Buffer.alloc(8);
    data.writeUInt32LE(loops);
    data.writeUInt32LE(++this.count, 4);
    const authorization = [{ actor: 'eosio', permission: 'active' }];
    const actions = [{ account: 'eosio', name: 'burn', authorization, data: data.toString('hex') }];
    const serialized = this.client.api.serializeTransaction({ ...header, actions });
    const signatures = [signTransaction(this.chainId, serialized, this.key)];
    const packed_trx = Buffer.from(serialized).toString('hex');
    return { signatures, compression: 0, packed_trx, packed_context_free_data: '' };
  }
}
