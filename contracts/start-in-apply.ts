import { PoolError } from '../common/errors.ts';
import { readSections, readUnsigned, SECTION, type Section, writeSections, writeUnsigned } from './wasm.ts';

const CALL = 0x10;
const FUNCTION = 0;

/**
 * Makes `apply` call the module's start function first, and the module one without a start function. nodeos enters compiled
 * code once for each: setting and restoring its signal handler costs about 5 µs of every action. What runs is the same, in
 * the same order. Format: WebAssembly 1.0, section 5.5. Throws PoolError `wasm` for a module that exports no `apply`.
 */
export function startInApply(wasm: Buffer): Buffer {
  const sections = readSections(wasm);
  const start = sections.find(({ id }) => id === SECTION.start);
  if (!start) return wasm;
  const index = exportedFunction(sections, 'apply') - importedFunctions(sections);
  const callStart = Buffer.concat([Buffer.from([CALL]), start.body]);
  const changed = sections
    .filter((section) => section !== start)
    .map(({ id, body }) => ({ id, body: id === SECTION.code ? prefixed(body, index, callStart) : body }));
  return writeSections(wasm, changed);
}

function exportedFunction(sections: Section[], wanted: string): number {
  const body = sections.find(({ id }) => id === SECTION.export)?.body ?? Buffer.from([0]);
  const count = readUnsigned(body, 0);
  let at = count.next;
  for (let i = 0; i < count.value; i++) {
    const { name, next } = readName(body, at);
    const index = readUnsigned(body, next + 1);
    if (name === wanted && body[next] === FUNCTION) return index.value;
    at = index.next;
  }
  throw new PoolError('wasm', `the contract exports no function ${wanted}`);
}

/** Imported functions have the first numbers. A contract imports nothing else: nodeos offers only functions. */
function importedFunctions(sections: Section[]): number {
  const body = sections.find(({ id }) => id === SECTION.import)?.body;
  return body ? readUnsigned(body, 0).value : 0;
}

function readName(bytes: Buffer, start: number): { name: string; next: number } {
  const size = readUnsigned(bytes, start);
  const next = size.next + size.value;
  return { name: bytes.toString('utf8', size.next, next), next };
}

/** The code section with these instructions at the start of one function, behind the declaration of its locals. */
function prefixed(code: Buffer, index: number, instructions: Buffer): Buffer {
  let at = readUnsigned(code, 0).next;
  for (let i = 0; i < index; i++) {
    const size = readUnsigned(code, at);
    at = size.next + size.value;
  }
  const size = readUnsigned(code, at);
  const end = size.next + size.value;
  const first = behindLocals(code, size.next);
  return Buffer.concat([
    code.subarray(0, at),
    writeUnsigned(size.value + instructions.length),
    code.subarray(size.next, first),
    instructions,
    code.subarray(first, end),
    code.subarray(end),
  ]);
}

function behindLocals(code: Buffer, start: number): number {
  const groups = readUnsigned(code, start);
  let at = groups.next;
  for (let i = 0; i < groups.value; i++) at = readUnsigned(code, at).next + 1;
  return at;
}
