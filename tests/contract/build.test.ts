import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { PoolError } from '../../common/errors.ts';
import { type Abi, abiFaults, addRicardian, patchAbi, validateAbi } from '../../contracts/abi.ts';
import { buildContract, HASH_FILE, hashLine } from '../../contracts/build.ts';
import { compileContract } from '../../contracts/compile.ts';

const repository = join(import.meta.dirname, '..', '..');
const targets = join(repository, 'contracts', 'target');
mkdirSync(targets, { recursive: true });
const scratch = mkdtempSync(join(targets, 'test-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const emptyAbi: Abi = {
  version: 'eosio::abi/1.2',
  types: [],
  structs: [{ name: 'go', base: '', fields: [] }],
  actions: [{ name: 'go', type: 'go', ricardian_contract: '' }],
  tables: [],
  ricardian_clauses: [],
  variants: [],
  action_results: [],
  error_messages: [],
  abi_extensions: [],
};

function contractIn(name: string, text: string, maxBytes = 100_000) {
  const folder = join(scratch, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tiny.contract.ts'), text);
  return { name, folder, entry: 'tiny.contract.ts', target: join(scratch, `${name}-out`), maxBytes };
}

const TINY = `import { Contract } from "proton-tsc";
@contract
export class Tiny extends Contract {
    @action("go")
    go(): void {}
}
`;

test('the pool contract builds below its budget, with words for each action', () => {
  const built = buildContract();
  assert.ok(built.bytes < 150_000);
  const abi = JSON.parse(readFileSync(built.abi, 'utf8')) as Abi;
  assert.deepEqual(abiFaults(abi), []);
  for (const action of abi.actions) assert.match(action.ricardian_contract, /^---\nspec_version: "0.2.0"\ntitle: /);
  assert.equal(abi.ricardian_clauses.length, 1);
});

test('the hash on record is that of the code', () => {
  const recorded = existsSync(HASH_FILE) ? readFileSync(HASH_FILE, 'utf8') : '';
  assert.equal(recorded, hashLine(buildContract()), 'look at the change, then: node contracts/build.ts --record');
});

test('unchanged sources are not compiled again, a forced build gives the same bytes', () => {
  const source = contractIn('same', TINY);
  const first = compileContract(source);
  assert.equal(first.rebuilt, true);
  assert.equal(compileContract(source).rebuilt, false);
  const again = compileContract(source, true);
  assert.deepEqual([again.rebuilt, again.sha256], [true, first.sha256]);
  assert.deepEqual(readdirSync(source.target).sort(), ['same.abi', 'same.source.sha256', 'same.wasm']);
  writeFileSync(join(source.folder, 'tiny.contract.ts'), TINY.replace('{}', '{ if (1 === 1) return; }'));
  assert.throws(
    () => compileContract(source),
    /same\/tiny.contract.ts:5: === and !== compare identity: use == and !=/,
    'changed sources are looked at again',
  );
});

test('a compiler error is one sentence, and leaves nothing behind', () => {
  const source = contractIn('broken', TINY.replace('go(): void {}', 'go(): void { nosuchthing(); }'));
  assert.throws(
    () => compileContract(source),
    (thrown: PoolError) => {
      assert.equal(thrown.code, 'compiler');
      assert.match(thrown.message, /broken does not compile: ERROR TS\d+: Cannot find name 'nosuchthing'/);
      assert.ok(!thrown.message.includes('\n'));
      return true;
    },
  );
  assert.deepEqual(readdirSync(source.target), []);
});

test('a contract over its size budget is refused', () => {
  const source = contractIn('large', TINY, 100);
  assert.throws(() => compileContract(source), /large.wasm has \d+ bytes: at most 100 are allowed/);
  assert.ok(!existsSync(join(source.target, 'large.wasm')));
});

test('what the compiler only warns of is refused too', () => {
  const source = contractIn('warned', TINY.replace('void {}', 'void { const x = this!; }'));
  assert.throws(
    () => compileContract(source),
    /warned does not compile: INFO AS210: Expression is never 'null'.* in \S*tiny.contract.ts\(\d+,\d+\)/,
  );
  assert.deepEqual(readdirSync(source.target), []);
});

test('an action that loses its requireAuth is not built', () => {
  const open = contractIn('open', TINY);
  assert.throws(() => compileContract({ ...open, permissionless: [] }), /action go does not begin with requireAuth/);
  assert.equal(compileContract({ ...open, permissionless: ['go'] }).rebuilt, true);
});

test('ABI: doubled and unused types go, result types come', () => {
  const variant = { name: 'V', types: ['go'] };
  const patched = patchAbi(
    {
      ...emptyAbi,
      structs: [...emptyAbi.structs, ...emptyAbi.structs, { name: 'Unused', base: '', fields: [] }],
      variants: [variant, variant],
      action_results: [{ name: 'go', result_type: '' }],
    },
    { go: 'V[]' },
  );
  assert.deepEqual(
    patched.structs.map((struct) => struct.name),
    ['go'],
  );
  assert.deepEqual([patched.variants, patched.action_results], [[variant], [{ name: 'go', result_type: 'V[]' }]]);
  assert.deepEqual(abiFaults(patched), []);
});

test('ABI: every fault is named', () => {
  const faulty: Abi = {
    ...emptyAbi,
    structs: [...emptyAbi.structs, { name: 'Row', base: 'Base', fields: [{ name: 'a', type: 'uint65[]' }] }],
    actions: [...emptyAbi.actions, { name: 'Upper', type: 'go', ricardian_contract: '' }],
    tables: [{ name: 'rows', type: 'Raw', index_type: 'i64', key_names: [], key_types: [] }],
    variants: [
      { name: 'V', types: ['go'] },
      { name: 'V', types: ['go'] },
    ],
    action_results: [{ name: 'went', result_type: '' }],
  };
  assert.deepEqual(abiFaults(faulty), [
    'type V is defined twice',
    'the base of Row has the unknown type "Base"',
    'Row.a has the unknown type "uint65[]"',
    'action "Upper" has no valid name',
    'table rows has the unknown type "Raw"',
    'the result of went has the unknown type ""',
    'a result is given for went, which is no action',
  ]);
  assert.throws(() => validateAbi(faulty), /the ABI is faulty: type V is defined twice; /);
});

test('ABI: an action without words is refused, and words without action', () => {
  assert.throws(
    () => addRicardian(emptyAbi, { stop: 'text' }, []),
    /action go has no ricardian text; there is ricardian text for stop, which is no action/,
  );
});

test('ABI: words with a field that the action does not have are refused', () => {
  const go = { name: 'go', base: '', fields: [{ name: 'account', type: 'name' }] };
  const abi = { ...emptyAbi, structs: [go] };
  assert.throws(
    () => addRicardian(abi, { go: '{{account}} goes with {{ other }}' }, []),
    /the words of go have \{\{other\}\}, which is no field/,
  );
  assert.equal(addRicardian(abi, { go: '{{account}} goes' }, []).actions[0]?.ricardian_contract, '{{account}} goes');
});
