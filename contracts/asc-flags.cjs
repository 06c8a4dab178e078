// Preloaded into the contract's compiler, for what costs billed CPU (docs/decisions/contract-rows.md):
// - proton-asc appends its own -O2z to whatever it is given; with -O3 join is 18 % cheaper and the WASM 15 % larger;
// - it makes the arguments of each action a Packer, though nobody packs them: then each encoding of any other Packer walks
//   through some 70 comparisons first;
// - texts of the library that nothing here can lead to take 1 kB of the one page of memory that an action begins with: one that needs
//   more makes it grow, and the next action pays for making it small again, 30 us. Source: eos-vm allocator.hpp, `wasm_allocator::reset`;
// - as-chain's Decoder copies the rest of the row for every field that is an object, its Encoder all of it at the end, and a text is
//   encoded to know its length and once more to write it;
// - the runtime asks for the size of the memory for every object.
const asc = require('proton-asc/src/asc/asc.js');

const compile = asc.main;
const ACTION_ARGUMENTS = /^class (\w+Action) implements _chain\.Packer/gm;
const UNREACHED = /"(?:Failed to '\w+' value|Failed to find '\w+' value|next primary key in table)[^"]*"/g;

/** In these files of the library: what stands there, and what stands there instead. */
const SERIALIZER = [
  ['import { Name } from "./name";', 'import { Name } from "./name";\nimport { TimePointSec } from "./time";'],
  [
    'pack(ser: Packer): usize {',
    `pack<T extends Packer>(ser: T): usize {
        if (idof<T>() == idof<Name>()) return this.packNumber<u64>(changetype<Name>(ser).N);
        if (idof<T>() == idof<TimePointSec>()) return this.packNumber<u32>(changetype<TimePointSec>(ser).utcSeconds);`,
  ],
  [
    'unpack(ser: Packer): usize {',
    `unpack<T extends Packer>(ser: T): usize {
        if (idof<T>() == idof<Name>()) {
            changetype<Name>(ser).N = this.unpackNumber<u64>();
            return 8;
        }
        if (idof<T>() == idof<TimePointSec>()) {
            changetype<TimePointSec>(ser).utcSeconds = this.unpackNumber<u32>();
            return 4;
        }`,
  ],
  [
    'return this.buf.slice(0, <i32>this.pos);',
    'return this.pos == <usize>this.buf.length ? this.buf : this.buf.slice(0, <i32>this.pos);',
  ],
  [
    'return this.buf.slice(this.pos, this.buf.length);',
    `const length = max<i32>(0, this.buf.length - <i32>this.pos);
        const rest = __new(offsetof<u8[]>(), idof<u8[]>()); // buffer, first byte, capacity, length: the same bytes, not a copy
        store<usize>(rest, changetype<usize>(this.buf.buffer), 0);
        store<usize>(rest, this.buf.dataStart + this.pos, 4);
        store<i32>(rest, length, 8);
        store<i32>(rest, length, 12);
        return changetype<u8[]>(rest);`,
  ],
  [
    `let rawStr = this.buf.slice(this.pos, this.pos + length);
        this.incPos(length);
        return String.UTF8.decode(rawStr.buffer);`,
    `const start = this.buf.dataStart + this.pos;
        this.incPos(length);
        return String.UTF8.decodeUnsafe(start, length);`,
  ],
  [
    'this.buf = new Array<u8>(<i32>bufferSize);',
    'this.buf = changetype<u8[]>(__newArray(<i32>bufferSize, 0, idof<u8[]>()));',
  ],
  [
    'let arr = new Array<u8>(<i32>size);\n        let dest',
    'let arr = changetype<u8[]>(__newArray(<i32>size, 0, idof<u8[]>()));\n        let dest',
  ],
  [
    `let utf8Str = String.UTF8.encode(s);
        let packedLength = this.packLength(utf8Str.byteLength);
        // let view = new DataView(utf8Str);
        let src = changetype<usize>(utf8Str);
        let dest = this.buf.dataStart + this.pos;
        this.incPos(utf8Str.byteLength);
        memcpy(dest, src, utf8Str.byteLength);
        return packedLength + utf8Str.byteLength;`,
    `const length = String.UTF8.byteLength(s);
        const packedLength = this.packLength(length);
        const dest = this.buf.dataStart + this.pos;
        this.incPos(length);
        String.UTF8.encodeUnsafe(changetype<usize>(s), s.length, dest);
        return packedLength + length;`,
  ],
];
const LENGTHS = [
  [
    `let utf8Str = String.UTF8.encode(val);
        return calcPackedVarUint32Length(<u32>utf8Str.byteLength) + utf8Str.byteLength;`,
    `const length = String.UTF8.byteLength(val);
        return calcPackedVarUint32Length(<u32>length) + length;`,
  ],
];
// An object in 33 instructions in place of 62, and without asking for the size of the memory, which is a call out of the compiled code.
const ALLOCATOR = [
  [
    `export function __new(size: usize, id: u32): usize {`,
    `export function __new(size: usize, id: u32): usize {
  var block = offset;
  var next = block + ((size + (BLOCK_OVERHEAD + OBJECT_OVERHEAD + AL_MASK)) & ~AL_MASK);
  if (size > OBJECT_MAXSIZE || next > paged) return __newPaged(size, id);
  offset = next;
  store<usize>(block, next - block - BLOCK_OVERHEAD); // mmInfo
  changetype<OBJECT>(block).rtId = id;
  changetype<OBJECT>(block).rtSize = <u32>size;
  return block + (BLOCK_OVERHEAD + OBJECT_OVERHEAD);
}

// @ts-ignore: decorator
@lazy var paged: usize = memory.size() << 16;

function __newPaged(size: usize, id: u32): usize {`,
  ],
  ['  offset = newOffset;\n}', '  offset = newOffset;\n  paged = memory.size() << 16;\n}'],
];
const FASTER = [
  [/as-chain\/assembly\/serializer\.ts$/, SERIALIZER],
  [/as-chain\/assembly\/utils\.ts$/, LENGTHS],
];

function faster(file, source) {
  const [, changes] = FASTER.find(([name]) => name.test(file)) ?? [null, []];
  return changed(file, source, changes);
}

function changed(file, source, changes) {
  return changes.reduce((text, [slow, fast]) => {
    if (!text.includes(slow)) throw new Error(`${file} has no "${slow}" any more`);
    return text.replace(slow, fast);
  }, source);
}

asc.libraryFiles['rt/stub'] = changed('rt/stub', asc.libraryFiles['rt/stub'], ALLOCATOR);
asc.main = (args, options, ...rest) => {
  if (options?.readFile) {
    const read = options.readFile.bind(options);
    options.readFile = (file, folder) => {
      const source = read(file, folder)?.replace(ACTION_ARGUMENTS, 'class $1').replace(UNREACHED, '"row"') ?? null;
      return source === null ? null : faster(file, source);
    };
  }
  return compile(
    args.map((arg) => (arg === '-O2z' ? '-O3' : arg)),
    options,
    ...rest,
  );
};
