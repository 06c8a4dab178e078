import secp256k1 from 'secp256k1';
import { sha256 } from '../../common/canonical.ts';
import { stringToName } from '../../common/name.ts';
import { type BlockHeader, decodeBlockHeader } from '../../emitter/decode/block.ts';
import { frameOf, MESSAGE } from '../../emitter/decode/message.ts';
import type { Schedule } from '../../emitter/decode/schedule.ts';
import type { HeaderState } from '../../emitter/verify/header-tree.ts';
import { append, rootOf } from '../../emitter/verify/merkle.ts';
import { isCanonical, signatureDigest } from '../../emitter/verify/signer.ts';

/** A throw-away signing key made from a name, with its public half as "type:hex". */
export interface SigningKey {
  secret: Buffer;
  id: string;
}

export function signingKey(name: string): SigningKey {
  const secret = sha256(`test key ${name}`);
  return { secret, id: `0:${Buffer.from(secp256k1.publicKeyCreate(secret, true)).toString('hex')}` };
}

export interface Draft {
  parent: HeaderState;
  slot: number;
  producer: string;
  key: SigningKey;
  scheduleVersion?: number;
  confirmed?: number;
  /** Makes the block differ from another for the same slot. */
  nonce?: number;
  newSchedule?: Schedule;
  /** Header extensions by type, instead of the one that `newSchedule` makes. */
  extensions?: [number, Buffer][];
  /** Packed transaction receipts, and their root as the header tells it. */
  receipts?: Buffer[];
  transactionRoot?: Buffer;
  /** Keys that sign beside the first, and block extensions instead of the one that they make. */
  also?: SigningKey[];
  blockExtensions?: [number, Buffer][];
}

export interface Signed {
  frame: Buffer;
  header: BlockHeader;
}

/** A block on a parent, empty if nothing else is asked for, signed as nodeos signs it. */
export function signBlock(draft: Draft): Signed {
  const { parent, slot, key, receipts = [] } = draft;
  const fixed = Buffer.alloc(4 + 8 + 2 + 32 + 64 + 4 + 1);
  fixed.writeUInt32LE(slot, 0);
  fixed.writeBigUInt64LE(stringToName(draft.producer), 4);
  fixed.writeUInt16LE(draft.confirmed ?? 0, 12);
  fixed.write(parent.id, 14, 32, 'hex');
  draft.transactionRoot?.copy(fixed, 46);
  fixed.writeUInt32LE(draft.nonce ?? 0, 78);
  fixed.writeUInt32LE(draft.scheduleVersion ?? parent.active.version, 110);
  const change = draft.newSchedule ? packSchedule(draft.newSchedule) : null;
  const header = Buffer.concat([fixed, packExtensions(draft.extensions ?? (change ? [[1, change]] : []))]);
  const root = rootOf(append(parent.merkle, Buffer.from(parent.id, 'hex')));
  const digest = signatureDigest(sha256(header), root, change ? sha256(change) : parent.scheduleHash);
  const others = (draft.also ?? []).map((other) => sign(digest, other));
  const signatures = Buffer.concat([varuint(others.length), ...others]);
  const extensions = packExtensions(draft.blockExtensions ?? (others.length > 0 ? [[2, signatures]] : []));
  const body = Buffer.concat([varuint(receipts.length), ...receipts, extensions]);
  const frame = frameOf(MESSAGE.signedBlock, Buffer.concat([header, sign(digest, key), body]));
  const decoded = decodeBlockHeader(frame);
  if (!decoded.ok) throw new Error(`the test made a block that is none: ${decoded.code}`);
  return { frame, header: decoded.value };
}

/** A packed K1 signature, of the canonical ones that nodeos makes and takes. */
function sign(digest: Buffer, { secret }: SigningKey): Buffer {
  for (let nonce = 0; ; nonce++) {
    const { signature, recid } = secp256k1.ecdsaSign(digest, secret, { data: Buffer.alloc(32, nonce) });
    const packed = Buffer.concat([Buffer.from([0, 27 + 4 + recid]), signature]);
    if (isCanonical(packed.subarray(1))) return packed;
  }
}

function packExtensions(extensions: [number, Buffer][]): Buffer {
  const packed = extensions.map(([type, bytes]) =>
    Buffer.concat([Buffer.from([type & 0xff, type >> 8]), varuint(bytes.length), bytes]),
  );
  return Buffer.concat([varuint(extensions.length), ...packed]);
}

/** A root for a chain of its own: some block long ago, with this schedule. */
export function rootState(active: Schedule, slot: number): HeaderState {
  const id = Buffer.from(sha256('root'));
  id.writeUInt32BE(1000, 0);
  return {
    id: id.toString('hex'),
    num: 1000,
    slot,
    previous: '00'.repeat(32),
    merkle: { nodes: [], count: 0 },
    scheduleHash: sha256('schedule'),
    active,
    pending: null,
    dpos: {
      proposedIrreversible: 988,
      irreversible: 988,
      lastProduced: new Map(active.producers.map(({ name }) => [name, 988])),
      lastImpliedIrreversible: new Map(active.producers.map(({ name }) => [name, 988])),
      confirmCount: Buffer.alloc(0),
    },
    severalKeys: true,
  };
}

export function schedule(version: number, producers: [string, SigningKey[]][]): Schedule {
  const rows = producers.map(([name, keys]) => ({ name: stringToName(name), keys: keys.map(({ id }) => id) }));
  return { version, producers: rows };
}

export function packSchedule({ version, producers }: Schedule): Buffer {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(version);
  const rows = producers.map(({ name, keys }) => {
    const packed = Buffer.alloc(8);
    packed.writeBigUInt64LE(name);
    const weighted = keys.map((id) => Buffer.concat([Buffer.from(`00${id.slice(2)}`, 'hex'), Buffer.from([1, 0])]));
    return Buffer.concat([packed, Buffer.from([0, 1, 0, 0, 0]), varuint(keys.length), ...weighted]);
  });
  return Buffer.concat([number, varuint(producers.length), ...rows]);
}

export function varuint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}
