import { createHash, type Hash } from 'node:crypto';
import { passingSha256 } from '../../common/canonical.ts';
import { type BlockExtensions, readBlockExtensions } from './block-extensions.ts';
import type { Decoded } from './message.ts';
import { Reader } from './reader.ts';

export interface BodySummary extends BlockExtensions {
  transactions: number;
  /** Billed CPU of all transactions in microseconds: how long other nodes need to apply the block, about. */
  cpuUs: number;
}

/** A transaction that has not arrived whole: its bytes are hashed as they come. */
interface OpenReceipt {
  /** What stands before the transaction: status, CPU, NET. */
  header: Buffer;
  packed: Hash;
  prunable: Buffer;
  end: number;
}

/**
 * While a frame arrives, a receipt's signatures and context-free data are looked at again with each chunk until they are
 * whole, but no further than this many bytes, so that many small chunks cannot make it slow. Longer ones wait for the whole frame.
 */
const EARLY_BYTES = 16 * 1024;

/**
 * Walks the receipts of a `signed_block` frame and gives each one's digest, as far as its bytes are there: `feed` it while
 * the frame fills, then `finish` it. Source: Leap `transaction_receipt::digest`, `packed_transaction::packed_digest`.
 */
export class BodyReader {
  private readonly frame: Buffer;
  private readonly onReceipt: (digest: Buffer) => void;
  private at: number;
  /** Receipts still to come; null before their number was read. */
  private left: number | null = null;
  private open: OpenReceipt | null = null;
  private transactions = 0;
  private cpuUs = 0;

  constructor(frame: Buffer, bodyOffset: number, onReceipt: (digest: Buffer) => void) {
    this.frame = frame;
    this.at = bodyOffset;
    this.onReceipt = onReceipt;
  }

  /** The first `filled` bytes of the frame are there. */
  feed(filled: number): void {
    if (this.left === null && !this.readCount(filled)) return;
    while (this.open || this.left) {
      if (!this.open && !this.openReceipt(filled)) return;
      if (this.open && !this.hashOpen(this.open, filled)) return;
    }
  }

  /** What the whole body holds; `bad_block_body` when it is not one, or does not end with the frame. */
  finish(): Decoded<BodySummary> {
    this.feed(this.frame.length);
    const reader = new Reader(this.frame, this.at);
    if (this.left !== 0 || this.open) reader.failed = true;
    const extensions = readBlockExtensions(reader);
    if (!reader.done) return { ok: false, code: 'bad_block_body' };
    return { ok: true, value: { transactions: this.transactions, cpuUs: this.cpuUs, ...extensions } };
  }

  private readCount(filled: number): boolean {
    const reader = new Reader(this.frame, this.at, filled);
    const count = reader.varuint();
    if (reader.failed) return false;
    this.at = reader.offset;
    this.left = count;
    return true;
  }

  /** Reads a receipt, up to its transaction's bytes when those are not all there. Gives false when more is needed. */
  private openReceipt(filled: number): boolean {
    const { frame, at } = this;
    const isWhole = filled === frame.length;
    const reader = new Reader(frame, at, isWhole ? filled : Math.min(filled, at + EARLY_BYTES));
    reader.skip(1);
    const cpuUs = reader.u32();
    reader.varuint();
    const header = frame.subarray(at, reader.offset);
    const kind = reader.u8();
    if (kind > 1) reader.failed = true;
    if (kind === 0) {
      const id = reader.view(32);
      if (reader.failed) return false;
      this.close(passingSha256(header, id), reader.offset);
    } else {
      const signatures = reader.offset;
      for (let n = reader.varuint(); n > 0 && !reader.failed; n--) skipSignature(reader);
      const compression = reader.offset;
      reader.skip(1);
      reader.skip(reader.varuint());
      const transaction = reader.offset;
      const end = reader.varuint() + reader.offset;
      if (reader.failed || end > frame.length) return false;
      const prunable = passingSha256(
        frame.subarray(signatures, compression),
        frame.subarray(compression + 1, transaction),
      );
      const packing = frame.subarray(compression, compression + 1);
      if (end <= filled)
        this.close(passingSha256(header, passingSha256(packing, frame.subarray(transaction, end), prunable)), end);
      else {
        this.open = { header, packed: createHash('sha256').update(packing), prunable, end };
        this.at = transaction;
      }
    }
    this.transactions++;
    this.cpuUs += cpuUs;
    return true;
  }

  /** Hashes what is there of the open transaction. Gives whether that was all of it. */
  private hashOpen(open: OpenReceipt, filled: number): boolean {
    const until = Math.min(filled, open.end);
    open.packed.update(this.frame.subarray(this.at, until));
    this.at = until;
    if (until < open.end) return false;
    this.open = null;
    this.close(passingSha256(open.header, open.packed.update(open.prunable).digest()), until);
    return true;
  }

  private close(digest: Buffer, end: number): void {
    this.at = end;
    this.left = (this.left ?? 0) - 1;
    this.onReceipt(digest);
  }
}

/** K1 and R1 signatures are 65 bytes; a WebAuthn one carries authenticator data and client JSON behind them. */
function skipSignature(reader: Reader): void {
  const type = reader.u8();
  reader.skip(65);
  if (type === 2) {
    reader.skip(reader.varuint());
    reader.skip(reader.varuint());
  } else if (type > 2) reader.failed = true;
}
