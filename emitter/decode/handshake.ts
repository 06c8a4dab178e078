import { type Decoded, frameOf, LENGTH_BYTES, MESSAGE } from './message.ts';
import { Reader } from './reader.ts';

/** The head that a handshake tells of, and where its fields stand in the frame. */
export interface HandshakeHead {
  networkVersion: number;
  generation: number;
  chainId: string;
  nodeId: string;
  libNum: number;
  libId: string;
  headNum: number;
  headId: string;
  agent: string;
  /** Offset of last_irreversible_block_num; head_num and head_id follow at +36 and +40. */
  libOffset: number;
}

const EMPTY_K1_KEY = Buffer.alloc(34);
const EMPTY_K1_SIGNATURE = Buffer.alloc(66);

/** Decodes a whole handshake frame. Source: Leap v5.0.3, protocol.hpp `handshake_message`. */
export function decodeHandshake(frame: Buffer): Decoded<HandshakeHead> {
  const reader = new Reader(frame, LENGTH_BYTES + 1);
  const networkVersion = reader.u16();
  const chainId = reader.hex(32);
  const nodeId = reader.hex(32);
  reader.skip(34 + 8 + 32 + 66);
  reader.skip(reader.varuint());
  const libOffset = reader.offset;
  const libNum = reader.u32();
  const libId = reader.hex(32);
  const headNum = reader.u32();
  const headId = reader.hex(32);
  reader.text();
  const agent = reader.text();
  const generation = reader.u16();
  if (reader.failed) return { ok: false, code: 'bad_handshake' };
  return {
    ok: true,
    value: { networkVersion, generation, chainId, nodeId, libNum, libId, headNum, headId, agent, libOffset },
  };
}

/** A copy of the frame that tells of another head. The handshake's signature covers its time only, so it stays valid. */
export function withHead(frame: Buffer, libOffset: number, headNum: number, headId: string): Buffer {
  const copy = Buffer.from(frame);
  copy.writeUInt32LE(headNum, libOffset + 36);
  copy.write(headId, libOffset + 40, 32, 'hex');
  return copy;
}

/** A copy of the frame that tells of another head and another last irreversible block. */
export function withChainState(
  frame: Buffer,
  libOffset: number,
  state: { libNum: number; libId: string; headNum: number; headId: string },
): Buffer {
  const copy = withHead(frame, libOffset, state.headNum, state.headId);
  copy.writeUInt32LE(state.libNum, libOffset);
  copy.write(state.libId, libOffset + 4, 32, 'hex');
  return copy;
}

export interface HandshakeFields {
  networkVersion: number;
  chainId: string;
  nodeId: Buffer;
  timeNs: bigint;
  /** "host:port:blk - name": the type "blk" asks the peer for blocks only, no transactions. */
  p2pAddress: string;
  libNum: number;
  libId: string;
  headNum: number;
  headId: string;
  agent: string;
  generation: number;
}

/** A handshake without authentication (empty key, token and signature), as a node without peer keys sends it. */
export function encodeHandshake(fields: HandshakeFields): Buffer {
  const version = Buffer.alloc(2);
  version.writeUInt16LE(fields.networkVersion);
  const time = Buffer.alloc(8);
  time.writeBigInt64LE(fields.timeNs);
  const generation = Buffer.alloc(2);
  generation.writeUInt16LE(fields.generation);
  return frameOf(
    MESSAGE.handshake,
    Buffer.concat([
      version,
      Buffer.from(fields.chainId, 'hex'),
      fields.nodeId,
      EMPTY_K1_KEY,
      time,
      Buffer.alloc(32),
      EMPTY_K1_SIGNATURE,
      shortText(fields.p2pAddress),
      numbered(fields.libNum, fields.libId),
      numbered(fields.headNum, fields.headId),
      shortText('linux'),
      shortText(fields.agent),
      generation,
    ]),
  );
}

/** Texts of a handshake are under 128 bytes here, so their length is one byte. */
function shortText(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 127);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function numbered(num: number, id: string): Buffer {
  const bytes = Buffer.alloc(36);
  bytes.writeUInt32LE(num);
  bytes.write(id, 4, 32, 'hex');
  return bytes;
}
