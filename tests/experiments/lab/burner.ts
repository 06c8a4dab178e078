import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../../common/chain.ts';
import type { KeyPair } from '../../../devnet/keys.ts';
import { privateKeyBytes, signTransaction } from '../../../devnet/sign.ts';

const TRIAL_LOOPS = 1_000_000;

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

  /** Finds out how fast this machine burns: the third trial, when the code is compiled. */
  async calibrate(): Promise<void> {
    this.chainId = (await this.client.info()).chain_id;
    for (let i = 0; i < 3; i++) {
      const packed = await this.pack(TRIAL_LOOPS);
      const answer = await this.client.post<{ processed: { receipt: { cpu_usage_us: number } } }>(
        '/v1/chain/send_transaction',
        packed,
      );
      this.loopsPerMs = TRIAL_LOOPS / (answer.processed.receipt.cpu_usage_us / 1000);
      await sleep(500);
    }
  }

  /** Sends one transaction of `ms` to each node; a node that refuses it just does not have it. */
  async burn(ms: number, nodes: ChainClient[]): Promise<void> {
    const packed = await this.pack(Math.round(ms * this.loopsPerMs));
    await Promise.allSettled(nodes.map((node) => node.post('/v1/chain/send_transaction', packed)));
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
