import { Numeric } from 'eosjs';
import secp256k1 from 'secp256k1';
import { type AgentProof, agentDigest } from '../common/agent.ts';
import { PoolError } from '../common/errors.ts';
import { readKeyFile } from '../common/key-file.ts';

/** Compact signatures say in their first byte which key to recover; nodeos adds this for compressed keys. */
const COMPACT_BASE = 27 + 4;

/** A member's signing key: it signs proofs made here from their parts, and no digest that it is handed. */
export class AgentKey {
  /** "0:hex", as logs and headers name it. */
  readonly signer: string;
  readonly #secret: Uint8Array;

  /** The one K1 key in a file of mode 0600. Throws PoolError `key_file` with one sentence that never shows what the file holds. */
  constructor(file: string) {
    const [text = '', ...more] = readKeyFile(file);
    if (more.length > 0)
      throw new PoolError('key_file', `the key file ${file} holds ${more.length + 1} keys, an agent has one`);
    const { type, data } = Numeric.stringToPrivateKey(text);
    if (type !== Numeric.KeyType.k1)
      throw new PoolError('key_file', `the key in ${file} is not of type K1, and only those sign blocks`);
    this.#secret = data.slice(0, 32);
    this.signer = `0:${Buffer.from(secp256k1.publicKeyCreate(this.#secret, true)).toString('hex')}`;
  }

  /** 65 bytes in hex: recovery byte, r, s. */
  sign(proof: AgentProof): string {
    const { signature, recid } = secp256k1.ecdsaSign(agentDigest(proof), this.#secret);
    return Buffer.from([COMPACT_BASE + recid, ...signature]).toString('hex');
  }
}
