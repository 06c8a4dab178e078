import { type AgentProof, agentDigest } from '../common/agent.ts';
import { readSigningKey } from '../common/key-file.ts';
import { healthDigest, type LogIdentity, type SignedHealth } from '../common/log-proof.ts';
import { type GivenReceipt, type ReceiptBundle, signBundle } from '../common/receipt-bundle.ts';
import { type SigningKey, signDigest } from '../common/signature.ts';

/** A member's signing key: it signs proofs made here from their parts, and no digest that it is handed. */
export class AgentKey {
  readonly #key: SigningKey;

  /** The one K1 key in a file of mode 0600. Throws PoolError `key_file` with one sentence that never shows what the file holds. */
  constructor(file: string) {
    this.#key = readSigningKey(file);
  }

  /** "0:hex", as logs and headers name it. */
  get signer(): string {
    return this.#key.id;
  }

  /** 65 bytes in hex: recovery byte, r, s. */
  sign(proof: AgentProof): string {
    return signDigest(agentDigest(proof), this.#key.secret).toString('hex');
  }

  /** The member's receipts of a window, to hand to others. */
  signReceipts(identity: LogIdentity, window: number, receipts: GivenReceipt[]): ReceiptBundle {
    return signBundle(identity, window, receipts, this.#key);
  }

  /** The same form, of a report on the node. */
  signHealth(identity: LogIdentity, health: SignedHealth): string {
    return signDigest(healthDigest(identity, health), this.#key.secret).toString('hex');
  }
}
