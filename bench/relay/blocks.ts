import secp256k1 from 'secp256k1';
import { sha256 } from '../../common/canonical.ts';
import { stringToName } from '../../common/name.ts';
import { BodyReader } from '../../emitter/decode/body.ts';
import { frameOf, MESSAGE } from '../../emitter/decode/message.ts';
import { append, type IncrementalMerkle, LeafMerkle, rootOf } from '../../emitter/verify/merkle.ts';
import { isCanonical, signatureDigest } from '../../emitter/verify/signer.ts';

/** The producer of the chain, its only account, and so "the pool" of this benchmark. */
export const PRODUCER = 'eosio';

const TRANSACTIONS = 10;
/** Of a frame's bytes, what is not the transactions' data: the header, and each transaction's fields and signature. */
const HEADER_BYTES = 200;
const TRANSACTION_BYTES = 145;
const CPU_US = 1000;
const EXPIRES_AFTER_SECONDS = 600;

export interface Block {
  frame: Buffer;
  id: string;
  num: number;
  slot: number;
}

export interface Unsigned extends Omit<Block, 'frame'> {
  header: Buffer;
  body: Buffer;
  digest: Buffer;
}

const u16 = (value: number) => bytes(2, (buffer) => buffer.writeUInt16LE(value));
const u32 = (value: number) => bytes(4, (buffer) => buffer.writeUInt32LE(value));
const u64 = (value: bigint) => bytes(8, (buffer) => buffer.writeBigUInt64LE(value));
const EOSIO = u64(stringToName(PRODUCER));
const EOSIO_ACTIVE = Buffer.concat([EOSIO, u64(stringToName('active'))]);

/**
 * Makes the blocks of a chain that has nothing but its genesis, as nodeos would itself, so that a real one takes and relays
 * them, at any pace and size: ten actions that no contract handles in each. What a node computes by execution is computed here: the
 * action receipts with their sequences. Source: Leap controller.cpp (`initialize_blockchain_state`, `get_on_block_transaction`),
 * apply_context.cpp (`finalize_trace`), transaction_context.cpp (`init_for_input_trx`).
 */
export class BlockMaker {
  readonly genesis: { id: string; slot: number };
  private readonly chainId: Buffer;
  private readonly secret: Buffer;
  readonly scheduleHash: Buffer;
  private head: { id: Buffer; num: number; header: Buffer };
  private merkle: IncrementalMerkle = { nodes: [], count: 0 };
  /** Actions so far: all have one receiver and one authority, so all three sequences are the same. */
  private actions = 0n;
  private made = 0;

  /** `secret` is the private key of the genesis' initial key. */
  constructor(chainId: string, secret: Buffer, genesisSlot: number) {
    this.chainId = Buffer.from(chainId, 'hex');
    this.secret = secret;
    const key = Buffer.concat([Buffer.from([0]), secp256k1.publicKeyCreate(secret, true)]);
    this.scheduleHash = sha256(u32(0), Buffer.from([1]), EOSIO, key);
    const header = packHeader(genesisSlot, 0n, 1, Buffer.alloc(32), Buffer.alloc(32), this.chainId);
    this.head = { id: idOf(header, 1), num: 1, header };
    this.genesis = { id: this.head.id.toString('hex'), slot: genesisSlot };
  }

  /** The next block, its frame of about so many bytes, signed by the genesis' key. */
  make(slot: number, size: number): Block {
    const { header, body, digest, ...place } = this.prepare(slot, size);
    const frame = frameOf(MESSAGE.signedBlock, Buffer.concat([header, sign(digest, this.secret), body]));
    return { frame, ...place };
  }

  /** The next block in parts, for whoever is to sign its digest. */
  prepare(slot: number, size: number): Unsigned {
    const num = this.head.num + 1;
    const dataBytes = Math.floor((size - HEADER_BYTES) / TRANSACTIONS) - TRANSACTION_BYTES;
    const onBlock = packAction('onblock', this.head.header);
    const actions = Array.from({ length: TRANSACTIONS }, () => packAction('noop', this.data(dataBytes)));
    const receipts = actions.map((action) => this.receipt(slot, action));
    const body = Buffer.concat([Buffer.from([TRANSACTIONS]), ...receipts, Buffer.from([0])]);
    const actionRoot = new LeafMerkle();
    for (const action of [onBlock, ...actions]) actionRoot.add(this.actionDigest(action));
    const producer = stringToName(PRODUCER);
    const header = packHeader(slot, producer, 0, this.head.id, transactionRoot(body), actionRoot.root());
    this.merkle = append(this.merkle, this.head.id);
    const digest = signatureDigest(sha256(header), rootOf(this.merkle), this.scheduleHash);
    this.head = { id: idOf(header, num), num, header };
    return { header, body, digest, id: this.head.id.toString('hex'), num, slot };
  }

  /** Different in each action, or transactions would be duplicates. */
  private data(size: number): Buffer {
    const data = Buffer.alloc(size, sha256(`data ${this.made}`));
    data.writeUInt32LE(this.made++);
    return data;
  }

  private receipt(slot: number, action: Buffer): Buffer {
    const expiration = Math.ceil(slot / 2) + 946_684_800 + EXPIRES_AFTER_SECONDS;
    const reference = Buffer.from(this.genesis.id, 'hex').subarray(8, 12);
    const limits = Buffer.from([0, 0, 0]);
    const head = Buffer.concat([u32(expiration), u16(1), reference, limits]);
    const transaction = Buffer.concat([head, Buffer.from([0, 1]), action, Buffer.from([0])]);
    const signature = sign(sha256(this.chainId, transaction, Buffer.alloc(32)), this.secret);
    // 12 a transaction, 16 a packed one, and a fifth of its signatures' bytes, rounded up.
    const net = Math.ceil((12 + 16 + transaction.length + Math.ceil((1 + signature.length) / 5)) / 8);
    const receipt = Buffer.concat([Buffer.from([0]), u32(CPU_US), varuint(net), Buffer.from([1, 1]), signature]);
    return Buffer.concat([receipt, Buffer.from([0, 0]), varuint(transaction.length), transaction]);
  }

  private actionDigest(action: Buffer): Buffer {
    const sequence = u64(++this.actions);
    const authority = Buffer.concat([Buffer.from([1]), EOSIO, sequence]);
    return sha256(EOSIO, sha256(action), sequence, sequence, authority, Buffer.from([0, 0]));
  }
}

function packHeader(slot: number, producer: bigint, confirmed: number, previous: Buffer, trx: Buffer, actions: Buffer) {
  const end = Buffer.concat([u32(0), Buffer.from([0, 0])]);
  return Buffer.concat([u32(slot), u64(producer), u16(confirmed), previous, trx, actions, end]);
}

function packAction(name: string, data: Buffer): Buffer {
  return Buffer.concat([EOSIO, u64(stringToName(name)), Buffer.from([1]), EOSIO_ACTIVE, varuint(data.length), data]);
}

function idOf(header: Buffer, num: number): Buffer {
  const id = sha256(header);
  id.writeUInt32BE(num);
  return id;
}

function transactionRoot(body: Buffer): Buffer {
  const leaves = new LeafMerkle();
  new BodyReader(body, 0, (digest) => leaves.add(digest)).finish();
  return leaves.root();
}

/** Type byte and compact signature, of those that nodeos takes. */
export function sign(digest: Buffer, secret: Buffer): Buffer {
  for (let attempt = 0; ; attempt++) {
    const { signature, recid } = secp256k1.ecdsaSign(digest, secret, { data: Buffer.alloc(32, attempt) });
    const compact = Buffer.concat([Buffer.from([27 + 4 + recid]), signature]);
    if (isCanonical(compact)) return Buffer.concat([Buffer.from([0]), compact]);
  }
}

function varuint(value: number): Buffer {
  const digits: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) return Buffer.from(digits);
  }
}

function bytes(size: number, write: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
}
