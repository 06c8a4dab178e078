/** A compact signature: 0 is K1, 1 is R1; 65 bytes. */
export interface Signature {
  type: number;
  bytes: Buffer;
}

/**
 * Reads EOSIO's binary form from a buffer. It never throws: reading past the end, or a number that is too long, sets
 * `failed` and gives zeros from then on, so a decoder checks once at its end.
 */
export class Reader {
  readonly bytes: Buffer;
  offset: number;
  failed = false;

  /** Where the bytes end: before the buffer's end while a frame is still arriving. */
  readonly end: number;

  constructor(bytes: Buffer, offset = 0, end = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  private take(n: number): number {
    const at = this.offset;
    if (this.failed || at + n > this.end) {
      this.failed = true;
      return -1;
    }
    this.offset = at + n;
    return at;
  }

  u8(): number {
    const at = this.take(1);
    return at < 0 ? 0 : (this.bytes[at] as number);
  }

  u16(): number {
    const at = this.take(2);
    return at < 0 ? 0 : this.bytes.readUInt16LE(at);
  }

  u32(): number {
    const at = this.take(4);
    return at < 0 ? 0 : this.bytes.readUInt32LE(at);
  }

  u64(): bigint {
    const at = this.take(8);
    return at < 0 ? 0n : this.bytes.readBigUInt64LE(at);
  }

  i64(): bigint {
    return BigInt.asIntN(64, this.u64());
  }

  /**
   * fc::unsigned_int: seven bits a byte, low ones first, at most five bytes. Only the shortest form is taken: nodeos hashes
   * what it packs again itself, so over a longer form its hash and one over the bytes as they came would differ.
   */
  varuint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.u8();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        if (value > 0xffffffff || (byte === 0 && shift > 0)) this.failed = true;
        return this.failed ? 0 : value;
      }
    }
    this.failed = true;
    return 0;
  }

  /** A view of the next n bytes, not a copy. */
  view(n: number): Buffer {
    const at = this.take(n);
    return at < 0 ? Buffer.alloc(0) : this.bytes.subarray(at, at + n);
  }

  hex(n: number): string {
    return this.view(n).toString('hex');
  }

  skip(n: number): void {
    this.take(n);
  }

  text(): string {
    return this.view(this.varuint()).toString('utf8');
  }

  /** A public key as "type:hex"; a WebAuthn one (type 2) is followed by user presence and relying party, which are left out. */
  publicKey(): string {
    const type = this.u8();
    const id = `${type}:${this.hex(33)}`;
    if (type === 2) {
      this.skip(1);
      this.skip(this.varuint());
    } else if (type > 2) this.failed = true;
    return id;
  }

  /** A K1 or R1 signature: type byte and 65 bytes. */
  signature(): Signature {
    const type = this.u8();
    if (type > 1) this.failed = true;
    return { type, bytes: this.view(65) };
  }

  get done(): boolean {
    return !this.failed && this.offset === this.end;
  }
}
