import type { ChainClient } from '../common/chain.ts';
import type { Whole } from '../common/tables.ts';

/** Windows are settled minutes after their end at the earliest: reading this seldom keeps nothing for long. */
const REREAD_MS = 10_000;

/**
 * The newest window up to which the contract has settled all that were reported: tables `state` and `open`, where a window waits whose
 * oracles disagree. Nothing of a newer one may be deleted from the log.
 */
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
      const [oldest] = await this.chain.rows<{ window: Whole }>(this.dac, this.dac, 'open');
      const before = oldest ? Number(oldest.window) - 1 : Number.POSITIVE_INFINITY;
      if (row) this.known = Math.min(Number(row.last_window), before);
    } catch {
      // What was settled stays so; tried again later.
    }
  }
}
