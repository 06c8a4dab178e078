import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { Numeric } from 'eosjs';
import { PrivateKey } from 'eosjs/dist/eosjs-key-conversions.js';
import { PoolError } from '../../common/errors.ts';

export interface SigningKey {
  /** "EOS…", which cleos and nodeos of every version read. */
  public: string;
  private: string;
  /** Whether the file was made now. */
  isNew: boolean;
}

/** Reads a private key from a file that nobody else can read; makes the file, with a new key, when it is not there. */
export function signingKey(file: string): SigningKey {
  const text = readSecret(file);
  if (text !== undefined) return { ...pair(text, file), isNew: false };
  const made = pair(Numeric.privateKeyToString({ type: Numeric.KeyType.k1, data: randomBytes(32) }), file);
  try {
    writeFileSync(file, `${made.private}\n`, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    throw new PoolError('key', `the key file ${file} cannot be made: ${(thrown as Error).message}`);
  }
  return { ...made, isNew: true };
}

function readSecret(file: string): string | undefined {
  try {
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const shown = mode.toString(8);
      throw new PoolError('key', `the key file ${file} is open to others (mode ${shown}): chmod 600 ${file}`);
    }
    return readFileSync(file, 'utf8').trim();
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (thrown instanceof PoolError) throw thrown;
    throw new PoolError('key', `the key file ${file} cannot be read: ${(thrown as Error).message}`);
  }
}

/** Never shows what it was given: that may be a secret with a slip in it. */
function pair(text: string, file: string): { public: string; private: string } {
  try {
    const key = PrivateKey.fromString(text);
    return { public: key.getPublicKey().toLegacyString(), private: key.toLegacyString() };
  } catch {
    throw new PoolError('key', `the key file ${file} holds no private key of type K1 ("5…" or "PVT_K1_…") alone`);
  }
}
