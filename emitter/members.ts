import type { ChainClient } from '../common/chain.ts';
import { keyId } from '../common/keys.ts';

const REREAD_MS = 5000;

/**
 * Which member a signing key belongs to, from the DAC's seats on chain, re-read every few seconds. Seats are few whoever
 * applies. A key that was seen stays known, for a replaced one signs until the next schedule, and none ever gets another owner.
 */
export class MemberDirectory {
  private readonly chain: ChainClient;
  private readonly dac: string;
  private readonly accounts = new Map<string, string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(chain: ChainClient, dac: string) {
    this.chain = chain;
    this.dac = dac;
  }

  /** Account of the member that signs with a key, or null for a key that never was in the table. */
  account(signer: string | null): string | null {
    return (signer && this.accounts.get(signer)) ?? null;
  }

  async start(): Promise<void> {
    await this.read();
    this.timer = setInterval(() => void this.read(), REREAD_MS);
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** A node that does not answer leaves the names as they were: they are for the log, not for the choice. */
  private async read(): Promise<void> {
    try {
      const rows = await this.chain.rows<{ account: string; key: string }>(this.dac, this.dac, 'seats');
      for (const { account, key } of rows) this.accounts.set(keyId(key), account);
    } catch {
      // Tried again at the next turn.
    }
  }
}
