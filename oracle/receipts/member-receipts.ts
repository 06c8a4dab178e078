import type { Logger } from '../../common/logger.ts';
import type { GivenReceipt } from '../../common/receipt-bundle.ts';
import type { OracleChain } from '../source/chain.ts';
import { readReceipts } from './source.ts';

/** What members hand this oracle of their receipts, checked by the contract's keys. */
export class MemberReceipts {
  private readonly places: string[];
  private readonly chain: OracleChain;
  private readonly pool: string;
  private readonly logger: Logger;
  private readonly told = new Set<string>();

  /** `places`: as `readReceipts` takes them. */
  constructor(places: string[], chain: OracleChain, pool: string, logger: Logger) {
    this.places = places;
    this.chain = chain;
    this.pool = pool;
    this.logger = logger;
  }

  /** Those of a window that prove something; what does not is told once. Rejects with PoolError when the chain does not answer. */
  async of(window: number): Promise<GivenReceipt[]> {
    if (this.places.length === 0) return [];
    const { chain, pool } = this;
    const [id, emitters, members] = await Promise.all([chain.chainId(), chain.emitters(), chain.signers()]);
    const known = { identity: { chain: id, pool }, emitters: emitters.map(({ key }) => key), members };
    const { receipts, refused } = await readReceipts(this.places, window, known);
    for (const { where, why } of refused)
      this.tell(`receipts of window ${window} in ${where} do not count: ${why}`, window);
    return receipts;
  }

  private tell(text: string, window: number): void {
    if (this.told.has(text)) return;
    if (this.told.size > 1000) this.told.clear();
    this.told.add(text);
    this.logger.warn({ window }, text);
  }
}
