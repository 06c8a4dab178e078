import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ChainClient } from '../common/chain.ts';
import { loadConfig } from '../common/config.ts';
import { PoolError, runMain } from '../common/errors.ts';
import { privateKeyBytes } from '../common/keys.ts';
import { type Random, seededRandom } from '../common/random.ts';
import { NAMES } from './config.ts';
import { privateKey } from './keys.ts';
import { signTransaction } from './sign.ts';

const schema = z.object({
  LOAD_API: z.url(),
  /** keys.json of the devnet. */
  LOAD_KEYS: z.string(),
  /** Transactions a second. */
  LOAD_RATE: z.coerce.number().min(0.1).max(500).default(40),
  LOAD_SEED: z.coerce.number().int().default(1),
});

const SMALLEST = 50;
const LARGEST = 4000;
/** How long one look at the chain serves as the transactions' reference block. */
const HEADER_MS = 2000;
/** A node that answers no more must not make this process collect requests without end. */
const MOST_UNDER_WAY = 100;

/** Sends transactions to a node until it is told to stop; they do nothing but differ in size and content. */
class Load {
  readonly counts = { sent: 0, accepted: 0, refused: 0, unanswered: 0 };
  readonly #client: ChainClient;
  readonly #key: Uint8Array;
  readonly #random: Random;
  #underWay = 0;

  constructor(client: ChainClient, key: Uint8Array, seed: number) {
    this.#client = client;
    this.#key = key;
    this.#random = seededRandom(seed);
  }

  async run(rate: number, stop: AbortSignal): Promise<void> {
    let header: Awaited<ReturnType<ChainClient['transactionHeader']>> | undefined;
    let headerUntil = 0;
    let chainId = '';
    for (let due = performance.now(); !stop.aborted; due = Math.max(due + 1000 / rate, performance.now() - 1000)) {
      await sleep(Math.max(0, due - performance.now()), undefined, { signal: stop }).catch(() => {});
      if (performance.now() > headerUntil) {
        headerUntil = performance.now() + HEADER_MS;
        chainId ||= (await this.#client.info().catch(() => undefined))?.chain_id ?? '';
        header = (await this.#client.transactionHeader(60).catch(() => undefined)) ?? header;
      }
      if (!stop.aborted && header && chainId && this.#underWay < MOST_UNDER_WAY) void this.#send(chainId, header);
    }
  }

  /** Waits a little for the answers that are still to come, so that the counts add up. */
  async settle(): Promise<void> {
    for (let waited = 0; waited < 2000 && this.#underWay > 0; waited += 50) await sleep(50);
  }

  /** Sizes spread evenly over their logarithm: many small ones, some large ones. */
  #data(): string {
    const size = Math.round(SMALLEST * (LARGEST / SMALLEST) ** this.#random.next());
    const data = this.#random.bytes(size);
    data.writeUInt32LE(this.counts.sent); // no two alike, whatever the seed
    return data.toString('hex');
  }

  async #send(chainId: string, header: object): Promise<void> {
    this.counts.sent++;
    this.#underWay++;
    const authorization = [{ actor: NAMES.load, permission: 'active' }];
    const actions = [{ account: NAMES.load, name: 'noop', authorization, data: this.#data() }];
    const serialized = this.#client.api.serializeTransaction({ ...header, actions });
    const signatures = [signTransaction(chainId, serialized, this.#key)];
    const packed_trx = Buffer.from(serialized).toString('hex');
    try {
      await this.#client.post('/v1/chain/send_transaction', {
        signatures,
        compression: 0,
        packed_trx,
        packed_context_free_data: '',
      });
      this.counts.accepted++;
    } catch (thrown) {
      if (thrown instanceof PoolError && thrown.code === 'chain') this.counts.refused++;
      else this.counts.unanswered++;
    } finally {
      this.#underWay--;
    }
  }
}

async function main(): Promise<void> {
  const config = loadConfig('load', schema);
  const keys = JSON.parse(readFileSync(config.LOAD_KEYS, 'utf8')) as Record<string, string>;
  const key = privateKeyBytes(privateKey(keys, NAMES.load));
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const load = new Load(new ChainClient(config.LOAD_API), key, config.LOAD_SEED);
  await load.run(config.LOAD_RATE, stop.signal);
  await load.settle();
  process.stdout.write(`${JSON.stringify(load.counts)}\n`);
  process.exit(0);
}

runMain('load', main);
