/**
 * Message types of the nodeos p2p protocol: the first byte after a frame's length.
 * Source: Leap v5.0.3, net_plugin/protocol.hpp, `net_message`; see docs/wire.md.
 */
export const MESSAGE = {
  handshake: 0,
  chainSize: 1,
  goAway: 2,
  time: 3,
  notice: 4,
  request: 5,
  syncRequest: 6,
  signedBlock: 7,
  packedTransaction: 8,
} as const;

/** Bytes in front of a message: its length (u32, little endian), which does not count itself. */
export const LENGTH_BYTES = 4;

/** Type of a whole frame. */
export function messageType(frame: Buffer): number {
  return frame[LENGTH_BYTES] ?? -1;
}

/** Wraps a message body into a frame. */
export function frameOf(type: number, body: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + 1 + body.length);
  frame.writeUInt32LE(body.length + 1, 0);
  frame[LENGTH_BYTES] = type;
  body.copy(frame, LENGTH_BYTES + 1);
  return frame;
}

/** What a decoder gives: the value, or a code that says what was wrong with the peer's bytes. */
export type Decoded<T> = { ok: true; value: T } | { ok: false; code: string };
