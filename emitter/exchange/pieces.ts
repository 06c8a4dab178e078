import { BOUNDS } from './bounds.ts';

const TOTAL_BYTES = 4;

/** The answer with the part of a frame that begins at `at`; null when there is none. */
export function pieceOf(frame: Buffer, at: number): Buffer | null {
  if (at >= frame.length || at % BOUNDS.pieceBytes !== 0) return null;
  const end = Math.min(frame.length, at + BOUNDS.pieceBytes);
  const answer = Buffer.allocUnsafe(TOTAL_BYTES + end - at);
  answer.writeUInt32LE(frame.length, 0);
  frame.copy(answer, TOTAL_BYTES, at, end);
  return answer;
}

/**
 * Reads a frame in pieces, of one holder alone: one of whose pieces some fail is begun anew with another, so that no frame is a mixture.
 * `ask`: gives an answer, null for none. `expected`: the frame's length, null when it is not known. Gives null when an answer is missing or does not fit.
 */
export async function readFrame(
  ask: (at: number) => Promise<Uint8Array | null>,
  expected: number | null,
): Promise<Buffer | null> {
  const first = await ask(0);
  const total = first ? totalOf(first) : null;
  if (!first || total === null || (expected !== null && total !== expected)) return null;
  const frame = Buffer.allocUnsafeSlow(total);
  if (!fill(frame, 0, first)) return null;
  let next: number = BOUNDS.pieceBytes;
  let isWell = true;
  const lane = async () => {
    while (isWell && next < total) {
      const at = next;
      next += BOUNDS.pieceBytes;
      const piece = await ask(at);
      isWell = isWell && piece !== null && fill(frame, at, piece);
    }
  };
  await Promise.all(Array.from({ length: BOUNDS.piecesAtOnce }, lane));
  return isWell ? frame : null;
}

function fill(frame: Buffer, at: number, piece: Uint8Array): boolean {
  const end = Math.min(frame.length, at + BOUNDS.pieceBytes);
  if (totalOf(piece) !== frame.length || piece.length !== TOTAL_BYTES + end - at) return false;
  frame.set(piece.subarray(TOTAL_BYTES), at);
  return true;
}

function totalOf(piece: Uint8Array): number | null {
  if (piece.length <= TOTAL_BYTES) return null;
  const total = Buffer.from(piece.buffer, piece.byteOffset, TOTAL_BYTES).readUInt32LE(0);
  return total > 0 && total <= BOUNDS.frameBytes ? total : null;
}
