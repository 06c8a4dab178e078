/** The old C++ contracts do not export their memory, and the emulator needs it: adds the export `memory`. */
export function exportMemory(wasm: Buffer): Buffer {
  const EXPORT_SECTION = 7;
  const name = Buffer.from('memory');
  const parts = [wasm.subarray(0, 8)];
  let at = 8;
  while (at < wasm.length) {
    const id = wasm[at] as number;
    const size = readVaruint(wasm, at + 1);
    let body = wasm.subarray(size.next, size.next + size.value);
    at = size.next + size.value;
    if (id === EXPORT_SECTION && !body.includes(name)) {
      const count = readVaruint(body, 0);
      const memoryZero = Buffer.from([2, 0]);
      const rest = body.subarray(count.next);
      body = Buffer.concat([varuint(count.value + 1), rest, Buffer.from([name.length]), name, memoryZero]);
    }
    parts.push(Buffer.concat([Buffer.from([id]), varuint(body.length)]), body);
  }
  return Buffer.concat(parts);
}

function varuint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 127;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 128 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function readVaruint(bytes: Buffer, start: number): { value: number; next: number } {
  let value = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] as number;
    value |= (byte & 127) << shift;
    if ((byte & 128) === 0) return { value: value >>> 0, next: at };
  }
}
