import { Reader } from './reader.ts';

/** Who signs for which producer, in the order of production. Keys are "type:hex" as Reader.publicKey gives them. */
export interface Schedule {
  version: number;
  producers: { name: bigint; keys: string[] }[];
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
    reader.u32();
    const keys: string[] = [];
    for (let k = reader.varuint(); k > 0 && !reader.failed; k--) {
      keys.push(reader.publicKey());
      reader.u16();
    }
    producers.push({ name, keys });
  }
  return reader.done ? { version, producers } : null;
}
