import { readFileSync } from 'node:fs';
import { action, ChainClient } from '../../common/chain.ts';
import { EventLogReader } from '../../common/event-log.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { untilInBlock } from '../../common/inclusion.ts';
import { keyId } from '../../common/keys.ts';
import { until } from './processes.ts';
import { type RunFile, readRunFile } from './run-file.ts';

/** The running pool that all files of tests/e2e/box share; POOL_BOX names its folder. */
export class Box {
  readonly dir: string;

  constructor() {
    const dir = process.env.POOL_BOX;
    if (!dir) throw new Error('these tests need a running pool: start them by ./pool test e2e');
    this.dir = dir;
  }

  get run(): RunFile {
    return readRunFile(this.dir);
  }

  get chain(): ChainClient {
    const keys = JSON.parse(readFileSync(this.run.keys, 'utf8')) as Record<string, string>;
    return new ChainClient(this.run.publicApi, Object.values(keys));
  }

  /** Pushes an action of the pool's contract and waits until it stands in a block. */
  async push(name: string, data: unknown, signer: string): Promise<void> {
    const { chain, run } = this;
    await untilInBlock(chain, await chain.transact([action(run.dac, name, data, signer)]));
  }

  get lastSeq(): number {
    return this.read((log) => log.after(0, 1_000_000).length);
  }

  /** Events after a sequence number. */
  eventsAfter(seq: number): EventRecord[] {
    return this.read((log) => log.after(seq, 1_000_000));
  }

  /** Waits for an event after `seq` that a condition holds for. */
  async event<T extends PoolEvent['type']>(
    seq: number,
    type: T,
    wanted: (event: Extract<PoolEvent, { type: T }>) => boolean = () => true,
  ): Promise<Extract<PoolEvent, { type: T }>> {
    const found: Extract<PoolEvent, { type: T }>[] = [];
    await until(`an event ${type}`, () => {
      for (const { event } of this.eventsAfter(seq)) {
        const candidate = event as Extract<PoolEvent, { type: T }>;
        if (event.type === type && wanted(candidate)) found.push(candidate);
      }
      return found.length > 0;
    });
    return found[0] as Extract<PoolEvent, { type: T }>;
  }

  /** The node of the member that signs with a key. */
  nodeOf(signer: string) {
    const { members, nodes } = this.run;
    const member = members.find(({ signingKey }) => keyId(signingKey) === signer);
    return nodes.find(({ name }) => name === member?.node);
  }

  private read<T>(work: (log: EventLogReader) => T): T {
    const log = new EventLogReader(this.run.eventLog);
    try {
      return work(log);
    } finally {
      log.close();
    }
  }
}
