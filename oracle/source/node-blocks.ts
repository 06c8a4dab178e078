import { z } from 'zod';
import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import type { Block, BlockSource } from './source.ts';

const whole = z.number().int().nonnegative();
const blockId = z.string().regex(/^[0-9a-f]{64}$/);

const infoAnswer = z.object({
  chain_id: blockId,
  last_irreversible_block_num: whole,
  last_irreversible_block_id: blockId,
});

/** The parts of `get_block` that are read. */
const blockAnswer = z.object({
  id: blockId,
  block_num: whole,
  previous: blockId,
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.(000|500)Z?$/),
  producer: z.string().regex(/^[.1-5a-z]{0,13}$/),
  producer_signature: z.string().startsWith('SIG_'),
  schedule_version: whole,
  transactions: z.array(z.object({ cpu_usage_us: whole, trx: z.union([z.string(), z.object({ id: z.string() })]) })),
});

/** Blocks by a nodeos' HTTP API, asked for one by one. */
export class NodeBlocks implements BlockSource {
  private readonly client: ChainClient;
  /** It is asked for again and again. */
  private last: Block | null = null;

  constructor(client: ChainClient) {
    this.client = client;
  }

  async chainId(): Promise<string> {
    return (await this.info()).chain_id;
  }

  async irreversible(): Promise<Block> {
    const info = await this.info();
    if (this.last?.id === info.last_irreversible_block_id) return this.last;
    const block = await this.block(info.last_irreversible_block_num);
    if (block.id === info.last_irreversible_block_id) {
      this.last = block;
      return block;
    }
    throw this.nonsense(
      `block ${block.num} is ${block.id}, and ${info.last_irreversible_block_id} is irreversible there`,
    );
  }

  async block(num: number): Promise<Block> {
    const answer = await this.ask(num);
    const transactions = answer.transactions.length;
    const cpuUs = answer.transactions.reduce((sum, { cpu_usage_us }) => sum + cpu_usage_us, 0);
    const { id, previous, producer, producer_signature: signature, schedule_version: scheduleVersion } = answer;
    const slot = slotOfTimestamp(answer.timestamp);
    return { num, id, previous, slot, producer, scheduleVersion, signature, transactions, cpuUs };
  }

  /** Ids of the transactions in a block. */
  async transactionsOf(num: number): Promise<Set<string>> {
    const { transactions } = await this.ask(num);
    return new Set(transactions.map(({ trx }) => (typeof trx === 'string' ? trx : trx.id)));
  }

  private async info() {
    return this.checked('get_info', infoAnswer, await this.client.info());
  }

  private async ask(num: number) {
    const answer = this.checked(`get_block ${num}`, blockAnswer, await this.client.block(num));
    if (answer.block_num === num) return answer;
    throw this.nonsense(`block ${num} was asked for, and block ${answer.block_num} with the id ${answer.id} came`);
  }

  private checked<T>(what: string, schema: z.ZodType<T>, answer: unknown): T {
    const result = schema.safeParse(answer);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw this.nonsense(`${what}: ${issue?.path.join('.') || 'the answer'}: ${issue?.message}`);
  }

  private nonsense(why: string): PoolError {
    return new PoolError('chain_unreachable', `${this.client.url} does not answer as a nodeos would: ${why}`);
  }
}
