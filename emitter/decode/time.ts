import { frameOf, LENGTH_BYTES, MESSAGE } from './message.ts';
import { Reader } from './reader.ts';

/**
 * The answer to a peer's time_message (org, rec, xmt, dst in ns): its transmit time back as origin. A peer that gets no
 * answer for two heartbeats (20 s) closes the connection. Gives null for a message that is itself an answer.
 */
export function answerTime(frame: Buffer, nowNs: bigint): Buffer | null {
  const reader = new Reader(frame, LENGTH_BYTES + 1);
  const org = reader.i64();
  reader.i64();
  const xmt = reader.i64();
  if (reader.failed || org !== 0n || xmt === 0n) return null;
  const body = Buffer.alloc(32);
  body.writeBigInt64LE(xmt, 0);
  body.writeBigInt64LE(nowNs, 8);
  body.writeBigInt64LE(nowNs, 16);
  return frameOf(MESSAGE.time, body);
}

/** Of an answer to a question of our own: the transmit time of that question. Null for any other time_message. */
export function answeredTime(frame: Buffer): bigint | null {
  const reader = new Reader(frame, LENGTH_BYTES + 1);
  const org = reader.i64();
  return reader.failed || org === 0n ? null : org;
}

/** A question of our own: the peer answers with our transmit time as its origin. */
export function askTime(nowNs: bigint): Buffer {
  const body = Buffer.alloc(32);
  body.writeBigInt64LE(nowNs, 16);
  return frameOf(MESSAGE.time, body);
}
