import { readFileSync, statSync } from 'node:fs';
import { PrivateKey } from 'eosjs/dist/eosjs-key-conversions.js';
import { PoolError } from './errors.ts';
import { type SigningKey, signingKeyOf } from './signature.ts';

const OTHERS = 0o077;

/**
 * The private keys in a file that only its owner can read: a JSON object whose values are private keys, or one private key
 * alone. Throws PoolError `key_file` with one sentence, which never shows what the file holds.
 */
export function readKeyFile(file: string): string[] {
  requireOwnerOnly(file);
  const text = readFileSync(file, 'utf8').trim();
  const keys = text.startsWith('{') ? fromJson(file, text) : [text];
  if (keys.length === 0) throw new PoolError('key_file', `the key file ${file} holds no key`);
  for (const key of keys) if (!isPrivateKey(key)) throw notKeys(file);
  return [...new Set(keys)];
}

/** The one K1 key in such a file. Throws PoolError `key_file` also when there are several, or another type's. */
export function readSigningKey(file: string): SigningKey {
  const [text = '', ...more] = readKeyFile(file);
  const key = more.length === 0 ? signingKeyOf(text) : null;
  if (!key) throw new PoolError('key_file', `the key file ${file} must hold one private key of type K1 alone`);
  return key;
}

/** Throws PoolError `key_file` when it cannot be read, belongs to another user, or others than its owner may read it. */
export function requireOwnerOnly(file: string): void {
  if (isPrivateKey(file)) {
    throw new PoolError(
      'key_file',
      'the path of a key file is a private key itself: put the key into a file of mode 600, and take it for known',
    );
  }
  let mode: number;
  let owner: number;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new Error('it is not a file');
    mode = stat.mode & 0o777;
    owner = stat.uid;
  } catch (thrown) {
    throw new PoolError('key_file', `the key file ${file} cannot be read: ${(thrown as Error).message}`);
  }
  const user = process.geteuid?.() ?? owner;
  // Root reads everybody's files: whose it is, that one can read it too.
  if (owner !== user) {
    const text = `the key file ${file} belongs to user ${owner}, and this runs as user ${user}: make it this one's with "chown ${user} ${file}"`;
    throw new PoolError('key_file', text);
  }
  if ((mode & OTHERS) === 0) return;
  const octal = mode.toString(8).padStart(3, '0');
  const text = `the key file ${file} is open to others (mode ${octal}): make it the owner's alone with "chmod 600 ${file}"`;
  throw new PoolError('key_file', text);
}

function fromJson(file: string, text: string): string[] {
  try {
    return Object.values(JSON.parse(text) as Record<string, string>);
  } catch {
    throw notKeys(file);
  }
}

function isPrivateKey(text: unknown): boolean {
  try {
    return typeof text === 'string' && PrivateKey.fromString(text).isValid();
  } catch {
    return false;
  }
}

function notKeys(file: string): PoolError {
  const wanted = 'one private key, or JSON like {"public key": "private key"}';
  return new PoolError('key_file', `the key file ${file} holds something else than ${wanted}`);
}
