/** Shorter buffers are made of memory that is in use already; for each longer one malloc takes new pages from the system, and gives them back. */
const LONG_BYTES = 128 * 1024;
const PAGE_BYTES = 4096;
/** The next block is about as long as the last one. */
const SLACK_BYTES = 64 * 1024;

/**
 * Memory for the next long frame, each page of which was touched before: the first touch takes up to 0.5 ms for 1 MB, and 0.13 ms for 300 kB,
 * while the frame's bytes come in. `prepare` does it when nothing waits.
 */
export class Spare {
  private ready: Buffer | null = null;
  private last = 0;
  /** Whether a long frame came since the last `prepare`. */
  isTaken = false;

  /** A buffer of so many bytes, of undefined content, no part of which anybody else has. */
  take(bytes: number): Buffer {
    if (bytes <= LONG_BYTES) return Buffer.allocUnsafeSlow(bytes);
    this.last = bytes;
    this.isTaken = true;
    const { ready } = this;
    if (!ready || bytes > ready.length) return Buffer.allocUnsafeSlow(bytes);
    this.ready = null;
    return ready.subarray(0, bytes);
  }

  /** Makes one for a frame like the last long one, if that took what there was. */
  prepare(): void {
    this.isTaken = false;
    const bytes = this.last + SLACK_BYTES;
    if (this.ready && this.ready.length >= bytes) return;
    this.ready = Buffer.allocUnsafeSlow(bytes);
    for (let at = 0; at < bytes; at += PAGE_BYTES) this.ready[at] = 0;
  }
}
