import type { ChainClient } from '../common/chain.ts';
import type { Whole } from '../common/tables.ts';

/** Windows are settled minutes after their end at the earliest: reading this seldom keeps nothing for long. */
const REREAD_MS = 10_000;

/** The newest window that the contract has settled: table `state`. Nothing of a newer one may be deleted from the log. */
export class SettledWindow {
  private readonly chain: ChainClient;
  private readonly dac: string;
  private known: number | null = null;
  /** Monotonic ms. */
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(chain: ChainClient, dac: string) {
    this.chain = chain;
    this.dac = dac;
  }

  /** Its id as it was read last, null before the first answer; reading it asks again for the next time. */
  get newest(): number | null {
    void this.read();
    return this.known;
  }

  private async read(): Promise<void> {
    if (performance.now() < this.askedAt + REREAD_MS) return;
    this.askedAt = performance.now();
    try {
      const [row] = await this.chain.rows<{ last_window: Whole }>(this.dac, this.dac, 'state');
      if (row) this.known = Number(row.last_window);
    } catch {
      // What was settled stays so; tried again later.
    }
  }
}
