import { Reader } from './reader.ts';

/**
 * Who signs for which producer, in the order of production. Keys are "type:hex" as Reader.publicKey gives them; only those whose
 * weight alone reaches the authority's threshold are listed, for a block of the pool carries one signature.
 */
export interface Schedule {
  version: number;
  producers: { name: bigint; keys: string[] }[];
}

/** A schedule that a header proposes. */
export interface NewSchedule {
  schedule: Schedule;
  /** sha256 of the schedule's bytes as they stand in the header. Source: Leap block_header_state.cpp, `_finish_next`. */
  hash: Buffer;
  /** In the header's own field, as before WTMSIG_BLOCK_SIGNATURES. */
  legacy: boolean;
}

/** The header's own optional `new_producers` (before WTMSIG_BLOCK_SIGNATURES): one key a producer. */
export function readLegacySchedule(reader: Reader): Schedule {
  const version = reader.u32();
  const producers: Schedule['producers'] = [];
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    producers.push({ name: reader.u64(), keys: [reader.publicKey()] });
  }
  return { version, producers };
}

/**
 * Header extension 1, `producer_schedule_change_extension`: block_signing_authority_v0 {threshold, keys} a producer.
 * Gives null when the bytes are none of it.
 */
export function decodeScheduleExtension(bytes: Buffer): Schedule | null {
  const reader = new Reader(bytes);
  const version = reader.u32();
  const producers: Schedule['producers'] = [];
  for (let n = reader.varuint(); n > 0 && !reader.failed; n--) {
    const name = reader.u64();
    if (reader.varuint() !== 0) return null;
    const threshold = reader.u32();
    const keys: string[] = [];
    for (let k = reader.varuint(); k > 0 && !reader.failed; k--) {
      const key = reader.publicKey();
      if (reader.u16() >= threshold) keys.push(key);
    }
    producers.push({ name, keys });
  }
  return reader.done ? { version, producers } : null;
}
