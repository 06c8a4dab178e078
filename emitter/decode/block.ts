import { sha256 } from '../../common/canonical.ts';
import { readHeaderExtensions } from './header-extensions.ts';
import { type Decoded, LENGTH_BYTES } from './message.ts';
import { Reader, type Signature } from './reader.ts';
import { type NewSchedule, readLegacySchedule } from './schedule.ts';

/** A signed_block's header and signature. The body begins at `bodyOffset` and is looked at by `BodyReader` only. */
export interface BlockHeader {
  slot: number;
  producer: bigint;
  confirmed: number;
  previous: string;
  id: string;
  num: number;
  /** Root over the digests of the body's receipts. */
  transactionRoot: Buffer;
  scheduleVersion: number;
  /** sha256 of the header's bytes, as the signature's digest needs it. */
  digest: Buffer;
  /** A schedule that this header proposes, with the hash that becomes the chain's pending schedule hash. */
  newSchedule: NewSchedule | null;
  /** Digests of protocol features that are activated with this block. */
  features: string[];
  /** Whether nodeos takes the header's extensions for what they should be. */
  extensionsWellFormed: boolean;
  signature: Signature;
  /** The header's own bytes, which the id and the digest cover, end here; the signature follows. */
  headerEnd: number;
  bodyOffset: number;
}

/** A header begins behind the frame's length and the message's type. */
export const HEADER_START = LENGTH_BYTES + 1;

/**
 * Decodes the header of a `signed_block` frame, of which `filled` bytes are there. The id is the header's hash with the block number in its first four
 * bytes; the number is the previous id's plus one. Source: Leap `block_header::calculate_id`.
 */
export function decodeBlockHeader(frame: Buffer, filled = frame.length): Decoded<BlockHeader> {
  const reader = new Reader(frame, HEADER_START, filled);
  const slot = reader.u32();
  const producer = reader.u64();
  const confirmed = reader.u16();
  const previous = reader.view(32);
  const transactionRoot = Buffer.from(reader.view(32));
  reader.skip(32);
  const scheduleVersion = reader.u32();
  const hasNewProducers = reader.u8();
  if (hasNewProducers > 1) return { ok: false, code: 'bad_new_producers' };
  const from = reader.offset;
  const legacy = hasNewProducers === 1 ? readLegacySchedule(reader) : null;
  const hash = legacy && sha256(frame.subarray(from, reader.offset));
  const extensions = readHeaderExtensions(reader);
  const headerEnd = reader.offset;
  const signature = reader.signature();
  if (reader.failed) return { ok: false, code: 'short_block' };

  const digest = sha256(frame.subarray(HEADER_START, headerEnd));
  const num = (previous.readUInt32BE(0) + 1) >>> 0;
  const id = Buffer.from(digest);
  id.writeUInt32BE(num, 0);
  const newSchedule = legacy && hash ? { schedule: legacy, hash, legacy: true } : extensions.newSchedule;
  const ids = { previous: previous.toString('hex'), id: id.toString('hex'), num };
  return {
    ok: true,
    value: {
      ...{ slot, producer, confirmed, ...ids, transactionRoot, scheduleVersion, digest, newSchedule, signature },
      features: extensions.features,
      // Of two schedules in one header nodeos takes neither.
      extensionsWellFormed: extensions.wellFormed && !(legacy && extensions.newSchedule),
      ...{ headerEnd, bodyOffset: reader.offset },
    },
  };
}
