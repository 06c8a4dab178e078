import { BOUNDS } from './bounds.ts';
import { decodeRequest } from './messages.ts';
import { pieceOf } from './pieces.ts';
import type { Message, Wire } from './wire.ts';

const EMPTY = new Uint8Array();

/** Answers the other emitters' requests for blocks, as far as the way to the server takes the answers. */
export class BlockDesk {
  private readonly wire: Pick<Wire, 'flush'>;
  private readonly frameOf: (key: string) => Buffer | null;
  /** The frame that was given last: the pieces of a long one may come from disk, which is read as a whole. */
  private last: { key: string; frame: Buffer } | null = null;
  private unsentBytes = 0;
  private second = 0;
  private inSecond = 0;
  /** Requests that got a piece, and those that were none, or one too many. */
  readonly counts = { pieces: 0, bytes: 0, absent: 0, busy: 0, malformed: 0 };

  constructor(wire: Pick<Wire, 'flush'>, frameOf: (key: string) => Buffer | null) {
    this.wire = wire;
    this.frameOf = frameOf;
  }

  /** A request that is none gets no answer; what is not here, and what would be too much now, an empty one: the asker turns to another. */
  take(message: Message): void {
    if (this.isTooMany()) {
      this.counts.busy++;
      return;
    }
    const request = decodeRequest(message.data);
    if (!request) {
      this.counts.malformed++;
      return;
    }
    const piece = this.unsentBytes < BOUNDS.unsentBytes ? this.piece(request.key, request.at) : 'busy';
    if (piece === 'busy') this.counts.busy++;
    else if (!piece) this.counts.absent++;
    if (!piece || piece === 'busy') message.respond(EMPTY);
    else this.give(message, piece);
  }

  /** Windows are over: their bytes are of no use here. */
  forget(): void {
    this.last = null;
  }

  private piece(key: string, at: number): Buffer | null {
    const frame = this.last?.key === key ? this.last.frame : this.frameOf(key);
    if (!frame) return null;
    this.last = { key, frame };
    return pieceOf(frame, at);
  }

  private give(message: Message, piece: Buffer): void {
    message.respond(piece);
    this.counts.pieces++;
    this.counts.bytes += piece.length;
    this.unsentBytes += piece.length;
    const taken = () => {
      this.unsentBytes -= piece.length;
    };
    // It fails when the connection is lost, and what was under way with it.
    this.wire.flush().then(taken, taken);
  }

  private isTooMany(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.second) this.inSecond = 0;
    this.second = second;
    return ++this.inSecond > BOUNDS.requestsPerSecond;
  }
}
