import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Blockchain } from '@eosnetwork/vert';
import { compileContract } from '../../contracts/compile.ts';
import { cases, fc } from '../support/property.ts';

// The helpers of contracts/pool/math.ts as the compiler makes them, in a contract of their own that says what they give.

const repository = join(import.meta.dirname, '..', '..');
const targets = join(repository, 'contracts', 'target');
mkdirSync(targets, { recursive: true });
const scratch = mkdtempSync(join(targets, 'math-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** Each helper with the types of what it is given. */
const HELPERS = {
  add: ['i64', 'i64'],
  sub: ['i64', 'i64'],
  mul: ['i64', 'i64'],
  smaller: ['i64', 'i64'],
  permilleOf: ['i64', 'u16'],
  addCount: ['u32', 'u32'],
  takeCount: ['u32', 'u32'],
};
type Helper = keyof typeof HELPERS;
const names = Object.keys(HELPERS) as Helper[];

const SOURCE = `import { Contract } from "proton-tsc";
import { ${names.join(', ')} } from "./math";
import { fail } from "./fail";
@contract
export class Sums extends Contract {
${names
  .map((name) => {
    const [a, b] = HELPERS[name];
    return `    @action("${name.toLowerCase()}")
    do${name}(a: ${a}, b: ${b}): void { fail(\`gives \${${name}(a, b)}\`); }`;
  })
  .join('\n')}
}
`;

const calculator = (() => {
  const folder = join(scratch, 'sums');
  mkdirSync(folder);
  writeFileSync(join(folder, 'sums.contract.ts'), SOURCE);
  const borrowed = ['math.ts', 'fail.ts'].map((file) => join(repository, 'contracts', 'pool', file));
  const source = { name: 'sums', folder, entry: 'sums.contract.ts', target: scratch, maxBytes: 100_000, borrowed };
  const { wasm, abi } = compileContract(source);
  const code = { wasm: readFileSync(wasm), abi: readFileSync(abi, 'utf8') };
  return new Blockchain().createAccount({ name: 'sums', ...code, enableInline: true } as never);
})();

/** The result, or the sentence of the refusal. */
async function ask(helper: Helper, a: bigint, b: bigint): Promise<bigint | string> {
  try {
    await calculator.actions[helper.toLowerCase()]?.({ a: String(a), b: String(b) }).send('sums');
  } catch (thrown) {
    const said = (thrown as Error).message.replace(/^eosio_assert: /, '');
    const given = /^gives (-?\d+)$/.exec(said)?.[1];
    return given === undefined ? said : BigInt(given);
  }
  throw new Error(`${helper} says nothing`);
}

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const MAX_COUNT = 2n ** 32n - 1n;
/** The root of the largest amount, rounded down. */
const ROOT = 3_037_000_499n;

const EDGES: [Helper, bigint, bigint, bigint | string][] = [
  ['add', 0n, 0n, 0n],
  ['add', MAX, 0n, MAX],
  ['add', 0n, MAX, MAX],
  ['add', MAX - 1n, 1n, MAX],
  ['add', MAX, 1n, `${MAX} plus 1 is more than an amount can hold`],
  ['add', 1n, MAX, `1 plus ${MAX} is more than an amount can hold`],
  ['add', MAX, MAX, `${MAX} plus ${MAX} is more than an amount can hold`],
  ['add', -1n, 1n, 'amounts -1 and 1 must not be negative'],
  ['add', 1n, -1n, 'amounts 1 and -1 must not be negative'],
  ['add', MIN, MAX, `amounts ${MIN} and ${MAX} must not be negative`],
  ['sub', 0n, 0n, 0n],
  ['sub', MAX, MAX, 0n],
  ['sub', MAX, 0n, MAX],
  ['sub', 0n, 1n, '1 cannot be taken from 0'],
  ['sub', MAX - 1n, MAX, `${MAX} cannot be taken from ${MAX - 1n}`],
  ['sub', -1n, 0n, 'amounts -1 and 0 must not be negative'],
  ['sub', 0n, -1n, 'amounts 0 and -1 must not be negative'],
  ['sub', MAX, MIN, `amounts ${MAX} and ${MIN} must not be negative`],
  ['mul', MAX, 0n, 0n],
  ['mul', 0n, MAX, 0n],
  ['mul', MAX, 1n, MAX],
  ['mul', 1n, MAX, MAX],
  ['mul', ROOT, ROOT, ROOT * ROOT],
  ['mul', ROOT + 1n, ROOT + 1n, `${ROOT + 1n} times ${ROOT + 1n} is more than an amount can hold`],
  ['mul', MAX / 2n, 2n, MAX - 1n],
  ['mul', MAX / 2n + 1n, 2n, `${MAX / 2n + 1n} times 2 is more than an amount can hold`],
  ['mul', 2n, MAX / 2n + 1n, `2 times ${MAX / 2n + 1n} is more than an amount can hold`],
  ['mul', MAX, MAX, `${MAX} times ${MAX} is more than an amount can hold`],
  ['mul', -1n, 0n, 'amounts -1 and 0 must not be negative'],
  ['mul', 0n, -1n, 'amounts 0 and -1 must not be negative'],
  ['smaller', MAX, MAX - 1n, MAX - 1n],
  ['smaller', MAX - 1n, MAX, MAX - 1n],
  ['permilleOf', MAX, 1000n, MAX],
  ['permilleOf', MAX, 999n, (MAX * 999n) / 1000n],
  ['permilleOf', MAX, 0n, 0n],
  ['permilleOf', 999n, 1n, 0n],
  ['permilleOf', 1000n, 1n, 1n],
  ['permilleOf', MAX, 1001n, '1001 permille is more than the whole'],
  ['permilleOf', 0n, 65_535n, '65535 permille is more than the whole'],
  ['permilleOf', -1000n, 1n, 'amounts -1 and 1 must not be negative'],
  ['permilleOf', -1n, 1n, 'amounts -1 and 1 must not be negative'],
  ['addCount', MAX_COUNT, 0n, MAX_COUNT],
  ['addCount', MAX_COUNT - 1n, 1n, MAX_COUNT],
  ['addCount', MAX_COUNT, 1n, `${MAX_COUNT} plus 1 is more than a count can hold`],
  ['addCount', 1n, MAX_COUNT, `1 plus ${MAX_COUNT} is more than a count can hold`],
  ['takeCount', MAX_COUNT, MAX_COUNT, 0n],
  ['takeCount', MAX_COUNT, 0n, MAX_COUNT],
  ['takeCount', 0n, 1n, '1 cannot be taken from a count of 0'],
  ['takeCount', MAX_COUNT - 1n, MAX_COUNT, `${MAX_COUNT} cannot be taken from a count of ${MAX_COUNT - 1n}`],
];

test('each helper at the edges of what it takes', async () => {
  for (const [helper, a, b, expected] of EDGES) {
    assert.equal(await ask(helper, a, b), expected, `${helper}(${a}, ${b})`);
  }
});

test('every sentence of math.ts is said at an edge', () => {
  const source = readFileSync(join(repository, 'contracts', 'pool', 'math.ts'), 'utf8');
  const sentences = [...source.matchAll(/fail\(`([^`]+)`\)/g)].map((match) => match[1] ?? '');
  assert.equal(sentences.length, source.split('fail(').length - 1);
  for (const sentence of sentences) {
    const pattern = new RegExp(`^${sentence.replace(/\$\{\w+\}/g, '-?\\d+')}$`);
    assert.ok(
      EDGES.some(([, , , said]) => typeof said === 'string' && pattern.test(said)),
      sentence,
    );
  }
});

/** Amounts of every size, the largest among them. */
const amount = fc.oneof(
  fc.bigInt({ min: 0n, max: MAX }),
  fc.nat(63).map((bits) => 2n ** BigInt(bits) - 1n),
);

test('a result is the exact one, or there is none', async () => {
  const exact = { add: (a: bigint, b: bigint) => a + b, mul: (a: bigint, b: bigint) => a * b };
  await fc.assert(
    fc.asyncProperty(amount, amount, fc.nat(1000).map(BigInt), async (a, b, permille) => {
      for (const [helper, of] of Object.entries(exact)) {
        const given = await ask(helper as Helper, a, b);
        if (of(a, b) <= MAX) assert.equal(given, of(a, b));
        else assert.match(String(given), /is more than an amount can hold$/);
      }
      const left = await ask('sub', a, b);
      if (a >= b) assert.equal(left, a - b);
      else assert.equal(left, `${b} cannot be taken from ${a}`);
      assert.equal(await ask('permilleOf', a, permille), (a * permille) / 1000n);
    }),
    cases(100),
  );
});
