import { sha256 } from '../../common/canonical.ts';
import type { PoolEvent, SignerEvidence } from '../../common/events.ts';
import { stringToName } from '../../common/name.ts';
import { isSignedBy } from '../../common/signature.ts';

type Candidate = Extract<PoolEvent, { type: 'candidate' }>;

/** Places in a packed header, in hex digits: slot (4 bytes), producer (8), confirmed (2), id of the parent (32). Source: EOSIO `block_header`. */
const [PRODUCER, CONFIRMED, PREVIOUS] = [8, 24, 28];
/** An id begins with the block's number in place of its hash's first four bytes. */
const NUMBER = 8;

/**
 * What a candidate's evidence shows of it: that a block with this id was made for this slot of the pool, and who signed it. One clause that says
 * what does not fit, null when all does. Any text gives an answer: who wrote the log may be hostile.
 * @param producer from `producerBytes`
 */
export function wrongEvidence(event: Candidate, producer: string): string | null {
  const { evidence, id, slot, signer } = event;
  if (!evidence || !isHex(evidence)) return 'there is no header with it that could be read';
  const { header } = evidence;
  if (header.slice(0, PRODUCER) !== littleEndian(slot)) return 'its header is of another slot';
  if (header.slice(PRODUCER, CONFIRMED) !== producer) return 'its header is of another producer';
  const digest = sha256(Buffer.from(header, 'hex'));
  const parent = Number.parseInt(header.slice(PREVIOUS, PREVIOUS + NUMBER), 16);
  if (id !== numbered(parent + 1) + digest.toString('hex').slice(NUMBER)) return 'its header has another id';
  return isSignedBy(signedDigest(digest, evidence), evidence.signature, signer ?? '')
    ? null
    : `its header is not signed by ${signer}`;
}

/** Whether evidence is of the block with an id, whatever else, and signed by a key. */
export function isSignatureOf(evidence: SignerEvidence, id: string, key: string): boolean {
  if (!isHex(evidence)) return false;
  const digest = sha256(Buffer.from(evidence.header, 'hex'));
  return (
    digest.toString('hex').slice(NUMBER) === id.slice(NUMBER) &&
    isSignedBy(signedDigest(digest, evidence), evidence.signature, key)
  );
}

/** A producer's name as a header has it, in hex. */
export function producerBytes(name: string): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(stringToName(name));
  return bytes.toString('hex');
}

/** What a block's signature covers. Source: Leap block_header_state.cpp, `sig_digest`. */
function signedDigest(headerDigest: Buffer, { root, schedule }: SignerEvidence): Buffer {
  return sha256(sha256(headerDigest, Buffer.from(root, 'hex')), Buffer.from(schedule, 'hex'));
}

function isHex({ header, root, schedule }: SignerEvidence): boolean {
  return [header, root, schedule].every((text) => typeof text === 'string' && /^([0-9a-f]{2})+$/.test(text));
}

function littleEndian(slot: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(slot >>> 0);
  return bytes.toString('hex');
}

function numbered(num: number): string {
  return num.toString(16).padStart(NUMBER, '0');
}
