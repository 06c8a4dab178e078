import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LIMITS } from '../limits.ts';

/** An agent answers at once; a slow line needs seconds. */
const VALID_MS = 10_000;

/**
 * Nonces for one use each. Those that are given out are not stored, so that nobody can fill the memory or push out another's by
 * asking: each carries its time and a code that only this process can make. 8 bytes time, 8 random, 16 code.
 */
export class Nonces {
  private readonly secret = randomBytes(32);
  private readonly used = new Map<string, number>();

  /** 32 bytes in hex. `now` in ms. */
  make(now: number): string {
    const head = Buffer.alloc(16);
    head.writeBigUInt64BE(BigInt(Math.floor(now)));
    randomBytes(8).copy(head, 8);
    return Buffer.concat([head, this.code(head)]).toString('hex');
  }

  /** Whether this one was made here, not long ago, and was not used before; it is used from now on. */
  use(nonce: string, now: number): boolean {
    const bytes = Buffer.from(nonce, 'hex');
    if (bytes.length !== 32 || !timingSafeEqual(this.code(bytes.subarray(0, 16)), bytes.subarray(16))) return false;
    const made = Number(bytes.readBigUInt64BE());
    if (now > made + VALID_MS) return false;
    for (const [old, at] of this.used) if (now > at + VALID_MS) this.used.delete(old);
    if (this.used.has(nonce) || this.used.size >= LIMITS.agentNonces) return false;
    this.used.set(nonce, made);
    return true;
  }

  private code(head: Buffer): Buffer {
    return createHmac('sha256', this.secret).update(head).digest().subarray(0, 16);
  }
}
