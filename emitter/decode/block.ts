import { sha256 } from '../../common/canonical.ts';
import { type Decoded, LENGTH_BYTES } from './message.ts';
import { Reader } from './reader.ts';
import { decodeScheduleExtension, readLegacySchedule, type Schedule } from './schedule.ts';

const SCHEDULE_CHANGE_EXTENSION = 1;

/** A signed_block's header and signature. The body begins at `bodyOffset` and is looked at by `summarizeBody` only. */
export interface BlockHeader {
  slot: number;
  producer: bigint;
  confirmed: number;
  previous: string;
  id: string;
  num: number;
  scheduleVersion: number;
  /** sha256 of the header's bytes, as the signature's digest needs it. */
  digest: Buffer;
  /** A schedule that this header proposes, with the hash that becomes the chain's pending schedule hash. */
  newSchedule: NewSchedule | null;
  signature: { type: number; bytes: Buffer };
  bodyOffset: number;
}

export interface NewSchedule {
  schedule: Schedule;
  /** sha256 of the schedule's bytes as they stand in the header. Source: Leap block_header_state.cpp, `next`. */
  hash: Buffer;
}

/**
 * Decodes the header of a whole `signed_block` frame. The id is the header's hash with the block number in its first four
 * bytes; the number is the previous id's plus one. Source: Leap `block_header::calculate_id`.
 */
export function decodeBlockHeader(frame: Buffer): Decoded<BlockHeader> {
  const start = LENGTH_BYTES + 1;
  const reader = new Reader(frame, start);
  const slot = reader.u32();
  const producer = reader.u64();
  const confirmed = reader.u16();
  const previous = reader.view(32);
  reader.skip(64);
  const scheduleVersion = reader.u32();
  const changes: (NewSchedule | null)[] = [];
  const hasNewProducers = reader.u8();
  if (hasNewProducers > 1) return { ok: false, code: 'bad_new_producers' };
  if (hasNewProducers === 1) {
    const from = reader.offset;
    const schedule = readLegacySchedule(reader);
    changes.push({ schedule, hash: sha256(frame.subarray(from, reader.offset)) });
  }
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    const type = reader.u16();
    const bytes = reader.view(reader.varuint());
    if (type !== SCHEDULE_CHANGE_EXTENSION || reader.failed) continue;
    const schedule = decodeScheduleExtension(bytes);
    changes.push(schedule && { schedule, hash: sha256(bytes) });
  }
  const end = reader.offset;
  const signature = reader.signature();
  if (reader.failed) return { ok: false, code: 'short_block' };
  if (changes.length > 1 || changes[0] === null) return { ok: false, code: 'bad_schedule_change' };

  const digest = sha256(frame.subarray(start, end));
  const num = (previous.readUInt32BE(0) + 1) >>> 0;
  const id = Buffer.from(digest);
  id.writeUInt32BE(num, 0);
  const newSchedule = changes[0] ?? null;
  const ids = { previous: previous.toString('hex'), id: id.toString('hex'), num };
  const bodyOffset = reader.offset;
  return {
    ok: true,
    value: { slot, producer, confirmed, ...ids, scheduleVersion, digest, newSchedule, signature, bodyOffset },
  };
}
