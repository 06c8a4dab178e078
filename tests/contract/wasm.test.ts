import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { PoolError } from '../../common/errors.ts';
import { buildContract } from '../../contracts/build.ts';
import { startInApply } from '../../contracts/start-in-apply.ts';
import { readSections, SECTION, type Section, writeSections } from '../../contracts/wasm.ts';

const [I32, I64, FUNC, LOCAL_GET, I32_CONST, CALL, END] = [0x7f, 0x7e, 0x60, 0x20, 0x41, 0x10, 0x0b];
/** As much of it as this needs; the compiler's types of the browser are not loaded. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    instantiate(wasm: Uint8Array, imports: object): Promise<{ instance: { exports: Record<string, unknown> } }>;
  };
};
const HEADER = Buffer.from('0061736d01000000', 'hex');
const text = (name: string) => [name.length, ...Buffer.from(name)];

/** A module that imports `note`; its start function notes 1, `name` takes three i64 and notes 2 with one local of its own. */
function module(name: string, start: number[] | null): Buffer {
  const note = (value: number) => [I32_CONST, value, CALL, 0];
  const first = [0, ...note(1), END];
  const second = [2, 1, I32, 2, I64, I32_CONST, 2, 0x21, 3, LOCAL_GET, 3, CALL, 0, END];
  const sections: [number, number[]][] = [
    [1, [3, FUNC, 1, I32, 0, FUNC, 0, 0, FUNC, 3, I64, I64, I64, 0]],
    [SECTION.import, [1, ...text('env'), ...text('note'), 0, 0]],
    [3, [2, 1, 2]],
    [SECTION.export, [2, ...text('other'), 0, 1, ...text(name), 0, 2]],
    ...(start ? [[SECTION.start, start] as [number, number[]]] : []),
    [SECTION.code, [2, first.length, ...first, second.length, ...second]],
  ];
  return writeSections(
    HEADER,
    sections.map(([id, body]): Section => ({ id, body: Buffer.from(body) })),
  );
}

/** What is noted by loading the module, and then by a call of its `apply`. */
async function run(wasm: Buffer): Promise<{ loading: number[]; applying: number[] }> {
  const notes: number[] = [];
  const env = { note: (value: number) => notes.push(value) };
  const { instance } = await WebAssembly.instantiate(new Uint8Array(wasm), { env });
  const loading = notes.splice(0);
  (instance.exports.apply as (...names: bigint[]) => void)(0n, 0n, 0n);
  return { loading, applying: notes };
}

test('apply runs what the start function ran, before all else, and loading runs nothing', async () => {
  const wasm = module('apply', [1]);
  assert.deepEqual(await run(wasm), { loading: [1], applying: [2] });
  assert.deepEqual(await run(startInApply(wasm)), { loading: [], applying: [1, 2] });
});

test('a module without a start function stays as it is', () => {
  const wasm = module('apply', null);
  assert.deepEqual(startInApply(wasm), wasm);
});

test('a module that has a start function and no apply is refused', () => {
  const isRefused = (error: PoolError) => error.message === 'the contract exports no function apply';
  assert.throws(() => startInApply(module('main', [1])), isRefused);
});

test("the pool's code has no start function and one data segment", () => {
  const sections = readSections(readFileSync(buildContract().wasm));
  assert.ok(!sections.some(({ id }) => id === SECTION.start));
  assert.equal(sections.find(({ id }) => id === SECTION.data)?.body[0], 1);
});
