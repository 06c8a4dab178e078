import { setTimeout as sleep } from 'node:timers/promises';
import type { ChainClient } from '../../../common/chain.ts';

/** Asks a node for its head again and again and notes when each was first seen. */
export class HeadWatch {
  /** ms since 1970, by block id. */
  readonly seen = new Map<string, number>();
  private running = true;

  constructor(client: ChainClient, everyMs = 5) {
    void this.watch(client, everyMs);
  }

  stop(): void {
    this.running = false;
  }

  private async watch(client: ChainClient, everyMs: number): Promise<void> {
    while (this.running) {
      // A node that is busy or being restarted just shows nothing new.
      const id = await client.info().then(
        (info) => info.head_block_id,
        () => null,
      );
      if (id && !this.seen.has(id)) this.seen.set(id, Date.now());
      await sleep(everyMs);
    }
  }
}
