import { LENGTH_BYTES } from './message.ts';
import { Reader } from './reader.ts';

/** Modes of the id lists in notices and requests. Source: Leap protocol.hpp, `id_list_modes`. */
export const ID_LIST = { none: 0, catchUp: 1, lastIrreversible: 2, normal: 3 } as const;

/** Mode of a notice's block list, or null when the frame is not a notice that can be read. */
export function noticeBlockMode(frame: Buffer): number | null {
  const reader = new Reader(frame, LENGTH_BYTES + 1);
  reader.skip(8);
  reader.skip(32 * reader.varuint());
  const mode = reader.u32();
  return reader.failed ? null : mode;
}
