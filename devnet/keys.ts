import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Numeric } from 'eosjs';
import { PrivateKey } from 'eosjs/dist/eosjs-key-conversions.js';
import { PoolError } from '../common/errors.ts';

/** Both in the text form that nodeos 2.0 to 5 print: "EOS..." and "5...". */
export interface KeyPair {
  public: string;
  private: string;
}

/**
 * The keys of a devnet: one per label, an account name or "account@purpose". With a seed the same ones each time;
 * without, random ones. For the devnet only: whoever knows the seed knows all keys.
 */
export class KeyRing {
  readonly #pairs = new Map<string, KeyPair>();
  readonly #seed: number | undefined;

  constructor(seed?: number) {
    this.#seed = seed;
  }

  /** The label's key, made at the first call. */
  pair(label: string): KeyPair {
    const known = this.#pairs.get(label);
    if (known) return known;
    const data =
      this.#seed === undefined ? randomBytes(32) : createHash('sha256').update(`${this.#seed}:${label}`).digest();
    const key = PrivateKey.fromString(Numeric.privateKeyToString({ type: Numeric.KeyType.k1, data }));
    const pair = { public: key.getPublicKey().toLegacyString(), private: key.toLegacyString() };
    this.#pairs.set(label, pair);
    return pair;
  }

  /** Drops a key that opens nothing any more, so that it is not saved. */
  forget(label: string): void {
    this.#pairs.delete(label);
  }

  /** Writes label → private key and public key → private key, readable by this user only. */
  save(file: string): void {
    const all: Record<string, string> = {};
    for (const [label, pair] of this.#pairs) {
      all[label] = pair.private;
      all[pair.public] = pair.private;
    }
    writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o600 });
  }
}

/** Looks a private key up by account or public key in the map that `save` wrote. */
export function privateKey(keys: Record<string, string>, name: string): string {
  const found = keys[name];
  if (!found) throw new PoolError('keys', `there is no private key of ${name} in keys.json`, { name });
  return found;
}
