import { type BlockHeader, decodeBlockHeader } from '../decode/block.ts';
import { BodyReader, type BodySummary } from '../decode/body.ts';
import type { Decoded } from '../decode/message.ts';
import type { HeaderTree, Linked } from './header-tree.ts';
import { LeafMerkle } from './merkle.ts';

/** A header is looked for again with each chunk, in this many bytes at most; a longer one waits for the whole frame. */
const EARLY_HEADER_BYTES = 16 * 1024;

/**
 * A block while its frame fills: the header is decoded and its signer found as soon as its bytes are there, receipts are
 * hashed as they come, so that little is left to do after the last byte.
 */
export class IncomingBlock {
  readonly frame: Buffer;
  header: BlockHeader | null;
  private reader: BodyReader | null = null;
  private linked: Linked | null = null;
  private readonly leaves = new LeafMerkle();

  /** `header` is that of a frame that is whole already. */
  constructor(frame: Buffer, header: BlockHeader | null = null) {
    this.frame = frame;
    this.header = header;
    if (header) this.reader = this.readerAt(header.bodyOffset);
  }

  /** The first `filled` bytes are there. Gives whether the header became known with them. */
  feed(filled: number): boolean {
    const isNew = this.header === null && this.readHeader(filled);
    this.reader?.feed(filled);
    return isNew;
  }

  /** Checks header and signature, once: a parent that was unknown is asked for again. */
  link(tree: HeaderTree): Linked {
    if (!this.header) return { ok: false, code: 'unlinked' };
    if (!this.linked || (!this.linked.ok && this.linked.code === 'unlinked')) this.linked = tree.link(this.header);
    return this.linked;
  }

  /** What the whole frame's body holds, and the root over its receipts. */
  body(): Decoded<BodySummary & { root: Buffer }> {
    const body = this.reader?.finish() ?? { ok: false, code: 'bad_block_body' };
    return body.ok ? { ok: true, value: { ...body.value, root: this.leaves.root() } } : body;
  }

  private readHeader(filled: number): boolean {
    const isWhole = filled === this.frame.length;
    const decoded = decodeBlockHeader(this.frame, isWhole ? filled : Math.min(filled, EARLY_HEADER_BYTES));
    if (!decoded.ok) return false;
    this.header = decoded.value;
    this.reader = this.readerAt(decoded.value.bodyOffset);
    return true;
  }

  private readerAt(bodyOffset: number): BodyReader {
    return new BodyReader(this.frame, bodyOffset, (digest) => this.leaves.add(digest));
  }
}
