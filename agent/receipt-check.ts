import type { Receipt } from '../common/agent.ts';
import { receiptDigest } from '../common/log-proof.ts';
import { isSignedBy } from '../common/signature.ts';

export interface Refused {
  receipt: Receipt;
  /** Why it proves nothing, one clause. */
  why: string;
}

export interface ReceiptCheckParts {
  /** The pool's producer account. */
  pool: string;
  /** The member's own signing key, "type:hex". */
  signer: string;
  /** In hex, of the agent's own node. */
  chainId(): Promise<string>;
  /** Log keys of the emitters that the contract names, "type:hex", read from the agent's own node. */
  emitterKeys(): Promise<string[]>;
}

/** Tells receipts that prove something from others: for this member's candidate, signed by a registered emitter. */
export class ReceiptCheck {
  private readonly parts: ReceiptCheckParts;
  private keys: string[] | null = null;

  constructor(parts: ReceiptCheckParts) {
    this.parts = parts;
  }

  /** Sorts receipts as they came. Rejects with PoolError while the agent's node does not answer: then nothing is known of them. */
  async sort(receipts: Receipt[]): Promise<{ good: Receipt[]; refused: Refused[] }> {
    if (receipts.length === 0) return { good: [], refused: [] };
    const chain = await this.parts.chainId();
    const known = this.keys;
    // An emitter that was registered since, or has another key now.
    if (!known || receipts.some(({ emitter }) => !known.includes(emitter))) this.keys = await this.parts.emitterKeys();
    const good: Receipt[] = [];
    const refused: Refused[] = [];
    for (const receipt of receipts) {
      const why = this.whyNot(receipt, chain);
      if (why === null) good.push(receipt);
      else refused.push({ receipt, why });
    }
    return { good, refused };
  }

  private whyNot(receipt: Receipt, chain: string): string | null {
    const { pool, signer } = this.parts;
    const { signature, emitter } = receipt;
    if (receipt.signer !== signer) return "it is for a candidate of another's key";
    if (!this.keys?.includes(emitter)) return `the contract names no emitter with the key ${emitter}`;
    const digest = receiptDigest({ chain, pool }, receipt);
    return isSignedBy(digest, signature, emitter) ? null : `its signature is not by ${emitter}`;
  }
}
