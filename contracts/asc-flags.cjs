// Preloaded into the contract's compiler, for what costs billed CPU (docs/decisions/contract-rows.md):
// - proton-asc appends its own -O2z to whatever it is given; with -O3 join is 18 % cheaper and the WASM 15 % larger;
// - it makes the arguments of each action a Packer, though nobody packs them: then each encoding of any other Packer walks
//   through some 70 comparisons first;
// - texts of the library that nothing here can lead to take 1 kB of the one page of memory that an action begins with: one that needs
//   more makes it grow, and the next action pays for making it small again, 30 us. Source: eos-vm allocator.hpp, `wasm_allocator::reset`;
// - as-chain's Decoder copies the rest of the row for every field that is an object, and its Encoder all of it at the end.
const asc = require('proton-asc/src/asc/asc.js');

const compile = asc.main;
const ACTION_ARGUMENTS = /^class (\w+Action) implements _chain\.Packer/gm;
const UNREACHED = /"(?:Failed to '\w+' value|Failed to find '\w+' value|next primary key in table)[^"]*"/g;
const SERIALIZER = /as-chain\/assembly\/serializer\.ts$/;

/** What stands in the serializer, and what stands there instead. */
const FASTER = [
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
];

function faster(source) {
  return FASTER.reduce((text, [slow, fast]) => {
    if (!text.includes(slow)) throw new Error(`as-chain's serializer has no "${slow}" any more`);
    return text.replace(slow, fast);
  }, source);
}

asc.main = (args, options, ...rest) => {
  if (options?.readFile) {
    const read = options.readFile.bind(options);
    options.readFile = (file, folder) => {
      const source = read(file, folder)?.replace(ACTION_ARGUMENTS, 'class $1').replace(UNREACHED, '"row"') ?? null;
      return source !== null && SERIALIZER.test(file) ? faster(source) : source;
    };
  }
  return compile(
    args.map((arg) => (arg === '-O2z' ? '-O3' : arg)),
    options,
    ...rest,
  );
};
