import { PoolError } from '../common/errors.ts';
import { readSections, readSigned, readUnsigned, SECTION, writeSections, writeSigned, writeUnsigned } from './wasm.ts';

const I32_CONST = 0x41;
const END = 0x0b;

interface Segment {
  offset: number;
  bytes: Buffer;
}

/**
 * Puts all data segments of a WASM module into one. The compiler writes one for each text, some 1,300, and nodeos copies
 * them one by one for every action: about 5 µs. The memory that results is the same. Format: WebAssembly 1.0, section 5.5.
 * Throws PoolError `wasm` for a segment that is not an active one at a constant offset.
 */
export function mergeData(wasm: Buffer): Buffer {
  const sections = readSections(wasm).map(({ id, body }) =>
    id === SECTION.data ? { id, body: image(segments(body)) } : { id, body },
  );
  return writeSections(wasm, sections);
}

function segments(body: Buffer): Segment[] {
  const count = readUnsigned(body, 0);
  const found: Segment[] = [];
  let at = count.next;
  for (let i = 0; i < count.value; i++) {
    const offset = readSigned(body, at + 2);
    if (body[at] !== 0 || body[at + 1] !== I32_CONST || body[offset.next] !== END) {
      throw new PoolError('wasm', `data segment ${i} of the contract is not an active one at a constant offset`);
    }
    const size = readUnsigned(body, offset.next + 1);
    found.push({ offset: offset.value, bytes: body.subarray(size.next, size.next + size.value) });
    at = size.next + size.value;
  }
  return found;
}

/** One segment from the lowest to the highest byte; what lies between segments is zero, as untouched memory is. */
function image(all: Segment[]): Buffer {
  const start = Math.min(...all.map(({ offset }) => offset));
  const end = Math.max(...all.map(({ offset, bytes }) => offset + bytes.length));
  const bytes = Buffer.alloc(end - start);
  for (const segment of all) segment.bytes.copy(bytes, segment.offset - start);
  return Buffer.concat([
    Buffer.from([1, 0, I32_CONST]),
    writeSigned(start),
    Buffer.from([END]),
    writeUnsigned(bytes.length),
    bytes,
  ]);
}
