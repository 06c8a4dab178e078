/** A section of a WASM module: its number and the bytes behind its length. WebAssembly 1.0, section 5.5. */
export interface Section {
  id: number;
  body: Buffer;
}

export const SECTION = { import: 2, export: 7, start: 8, code: 10, data: 11 };
const HEADER_BYTES = 8;

/** The sections of a module, in their order. */
export function readSections(wasm: Buffer): Section[] {
  const sections: Section[] = [];
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const size = readUnsigned(wasm, at + 1);
    sections.push({ id: wasm[at] as number, body: wasm.subarray(size.next, size.next + size.value) });
    at = size.next + size.value;
  }
  return sections;
}

/** The module with these sections and the header of `wasm`. */
export function writeSections(wasm: Buffer, sections: Section[]): Buffer {
  const parts = sections.flatMap(({ id, body }) => [Buffer.from([id]), writeUnsigned(body.length), body]);
  return Buffer.concat([wasm.subarray(0, HEADER_BYTES), ...parts]);
}

/** An unsigned LEB128 number at `start`, and where the next thing begins. */
export function readUnsigned(bytes: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if ((byte & 0x80) === 0) return { value, next: at + 1 };
  }
}

/** A signed one. */
export function readSigned(bytes: Buffer, start: number): { value: number; next: number } {
  const { value, next } = readUnsigned(bytes, start);
  const bits = 7 * (next - start);
  return { value: value >= 2 ** (bits - 1) ? value - 2 ** bits : value, next };
}

export function writeUnsigned(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
}

/** A positive number as a signed one: its sign bit is clear. */
export function writeSigned(value: number): Buffer {
  const bytes = [...writeUnsigned(value)];
  const last = bytes.length - 1;
  if (((bytes[last] as number) & 0x40) === 0) return Buffer.from(bytes);
  bytes[last] = (bytes[last] as number) | 0x80;
  return Buffer.from([...bytes, 0]);
}
