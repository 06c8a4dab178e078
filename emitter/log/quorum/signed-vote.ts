import secp256k1 from 'secp256k1';
import { z } from 'zod';
import { type LogIdentity, voteDigest } from '../../../common/log-proof.ts';
import type { SigningKey } from '../../../common/signature.ts';
import type { Entry } from './tally.ts';

/** Where alone an entry counts: in the log of this voter (1, 2 or 3), as its entry of this number (from 1 on). */
export interface EntryPlace {
  log: number;
  at: number;
}

/** Who votes here, and whose votes count. */
export interface Voting {
  /** An entry of another chain or pool counts for nothing here. */
  identity: LogIdentity;
  /** "type:hex" of this emitter's log key, by which the contract knows it. */
  key: string;
  /** Signs 32 bytes by it. */
  sign(digest: Buffer): string;
  /** Whether a signature is that key's. Any texts give an answer. */
  isSignedBy(digest: Buffer, signature: string, key: string): boolean;
  /** Keys, "type:hex", of the emitters that the contract names, as it was read last. */
  named(): ReadonlySet<string>;
}

/** An entry, and the key ("type:hex") that it says it is signed by. */
export interface SignedEntry {
  entry: Entry;
  key: string;
  signature: string;
}

/** Keys of an entry: the contract admits 21 emitters, and each may have had others before. */
export const KEYS_MOST = 42;

const key = z.string().regex(/^0:[0-9a-f]{66}$/);
const keys = z.array(key).max(KEYS_MOST);
const place = z.int().min(1);
const ballot = z.strictObject({ round: z.int().min(0), by: z.string().max(64) });
const signed = { log: z.int(), at: z.int(), key, signature: z.string().regex(/^[0-9a-f]{128}$/) };
const schema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('begin'), place, keys: keys.min(1), past: keys, ...signed }),
  z.strictObject({ kind: z.literal('promise'), place, ballot, ...signed }),
  z.strictObject({ kind: z.literal('accept'), place, ballot, proposal: z.string(), ...signed }),
]);

/** Votes by an emitter's log key. */
export function votingBy(identity: LogIdentity, { secret, id }: SigningKey, named: () => ReadonlySet<string>): Voting {
  // No nodeos has to take these, so they are made once, and not until they are canonical: see signDigest.
  const sign = (digest: Buffer) => Buffer.from(secp256k1.ecdsaSign(digest, secret).signature).toString('hex');
  return { identity, key: id, sign, isSignedBy, named };
}

function isSignedBy(digest: Buffer, signature: string, key: string): boolean {
  try {
    return secp256k1.ecdsaVerify(Buffer.from(signature, 'hex'), digest, Buffer.from(key.slice(2), 'hex'));
  } catch {
    // The library throws for what is no signature, and no key.
    return false;
  }
}

/** The text of an entry as it goes into a voter's log. */
export function signEntry(entry: Entry, { log, at }: EntryPlace, { identity, key, sign }: Voting): string {
  const said = { ...entry, log, at, key };
  return JSON.stringify({ ...said, signature: sign(voteDigest(identity, said)) });
}

/** What is in a voter's log: null for what is no entry, or one of another place. Its signature is not looked at yet: see isGenuine. */
export function readEntry(text: string, { log, at }: EntryPlace): SignedEntry | null {
  try {
    const read = schema.safeParse(JSON.parse(text));
    if (!read.success || read.data.log !== log || read.data.at !== at) return null;
    const { log: _, at: __, key, signature, ...entry } = read.data;
    return { entry, key, signature };
  } catch {
    return null;
  }
}

/** Whether the key that an entry names has signed it, for this place of this log of this pool on this chain. */
export function isGenuine({ entry, key, signature }: SignedEntry, { log, at }: EntryPlace, voting: Voting): boolean {
  return voting.isSignedBy(voteDigest(voting.identity, { ...entry, log, at, key }), signature, key);
}
