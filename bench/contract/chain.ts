import type { Action, ChainClient, Pushed } from '../../common/chain.ts';
import { setShift } from '../../devnet/shift.ts';
import { eventually } from '../../devnet/wait.ts';

/** What one transaction cost: the CPU that its sender is billed, and by how much the RAM of some accounts together grew. */
export interface Cost {
  cpuUs: number;
  ramBytes: number;
}

interface Trace {
  account_ram_deltas?: { account: string; delta: number }[];
  inline_traces?: Trace[];
}

/** Transactions live between one minute and this much longer, each a little differently: so two that say the same differ. */
const SPREAD_SECONDS = 3000;

/** A chain of one node whose clock can be put forward. */
export class BenchChain {
  readonly client: ChainClient;
  readonly #clock: string;
  #aheadSeconds = 0;
  #pushed = 0;

  /** `clock` is the file that the node's clock follows (see devnet/shift.ts). */
  constructor(client: ChainClient, clock: string) {
    this.client = client;
    this.#clock = clock;
  }

  /** `accounts` are those whose RAM counts. */
  async push(actions: Action[], accounts: string[] = []): Promise<Cost> {
    const { processed } = await this.client.transact(actions, 60 + (this.#pushed++ % SPREAD_SECONDS));
    return { cpuUs: processed.receipt.cpu_usage_us, ramBytes: ramOf(accounts, processed) };
  }

  /** Pushes many actions of which nobody wants to know the cost, some in each transaction. */
  async pushAll(actions: Action[], inEach: number): Promise<void> {
    for (let at = 0; at < actions.length; at += inEach) await this.push(actions.slice(at, at + inEach));
  }

  /** Lets the time pass at once, and waits for a block after it. */
  async pass(seconds: number): Promise<void> {
    this.#aheadSeconds += seconds;
    setShift(this.#clock, this.#aheadSeconds);
    const follows = async () => {
      const head = Date.parse(`${(await this.client.info()).head_block_time}Z`);
      return head > Date.now() + this.#aheadSeconds * 1000 - 1500 ? true : undefined;
    };
    await eventually(`a block ${seconds} s later`, follows, 30_000, 50);
  }
}

function ramOf(accounts: string[], processed: Pushed['processed']): number {
  const sum = (traces: Trace[]): number => {
    const deltas = traces.flatMap((trace) => trace.account_ram_deltas ?? []);
    const own = deltas.filter(({ account }) => accounts.includes(account));
    const inline = traces.map((trace) => sum(trace.inline_traces ?? []));
    return [...own.map(({ delta }) => delta), ...inline].reduce((total, bytes) => total + bytes, 0);
  };
  return sum(processed.action_traces as Trace[]);
}
