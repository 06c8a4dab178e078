import { z } from 'zod';
import { parseAs } from '../../common/agent.ts';
import { LIMITS } from '../limits.ts';
import { BOUNDS } from './bounds.ts';

/**
 * What emitters say to each other on core NATS. `bppool.POOL.seen.EMITTER`: announcements in JSON, sealed (see SealedWords). `bppool.POOL.block.EMITTER`:
 * requests for a piece of a block's frame, in JSON; the answer is the frame's length (u32, little endian) and the piece, or nothing at all.
 */

/** A candidate that an emitter has kept. */
export interface Kept {
  /** "id:signer"; both in lower-case hex, the signer with its key's type before it. */
  key: string;
  slot: number;
  num: number;
  /** Of its frame. */
  bytes: number;
}

export interface Announcement {
  /** Signers of all members that are connected to the emitter. */
  members: string[] | null;
  /** What it has kept since the last announcement. */
  blocks: Kept[];
  /** It is new, or was away: it asks for all that the others have. */
  asks: boolean;
}

const u32 = z.int().min(0).max(0xffff_ffff);
const signer = z.string().regex(/^\d{1,2}:[0-9a-f]{2,200}$/);
const key = z.string().regex(/^[0-9a-f]{64}:\d{1,2}:[0-9a-f]{2,200}$/);
const frameBytes = z.int().min(1).max(BOUNDS.frameBytes);

const announcement = z.object({
  members: z.array(signer).max(LIMITS.sessions).optional(),
  blocks: z
    .array(z.tuple([key, u32, u32, frameBytes]))
    .max(BOUNDS.blocksPerMessage)
    .optional(),
  asks: z.literal(true).optional(),
});

const request = z.object({ key, at: z.int().min(0).max(BOUNDS.frameBytes) });

export function encodeAnnouncement({ members, blocks, asks }: Announcement): string {
  const rows = blocks.map(({ key, slot, num, bytes }) => [key, slot, num, bytes]);
  return JSON.stringify({
    ...(members && { members }),
    ...(rows.length > 0 && { blocks: rows }),
    ...(asks && { asks }),
  });
}

/** Null for what is none. */
export function decodeAnnouncement(text: string): Announcement | null {
  const said = parseAs(announcement, text);
  if (!said) return null;
  const blocks = (said.blocks ?? []).map(([key, slot, num, bytes]) => ({ key, slot, num, bytes }));
  return { members: said.members ?? null, blocks, asks: said.asks ?? false };
}

export function encodeRequest(key: string, at: number): string {
  return JSON.stringify({ key, at });
}

const REQUEST_BYTES = 512;

export function decodeRequest(data: Uint8Array): { key: string; at: number } | null {
  if (data.length > REQUEST_BYTES) return null;
  return parseAs(request, textOf(data));
}

export function textOf(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString();
}
