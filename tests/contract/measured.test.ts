import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCKS } from '../../bench/contract/blocks.ts';
import { type Abi, unmeasured } from '../../bench/contract/coverage.ts';
import { measuredIn } from '../../bench/contract/stage.ts';
import { poolCode } from './support/contracts.ts';

test('the benchmark measures every action of the ABI, and the execution of every kind of proposal', () => {
  const abi = JSON.parse(poolCode().abi) as Abi;
  assert.ok(abi.actions.length >= 70, `${abi.actions.length} actions`);
  assert.deepEqual(unmeasured(abi, BLOCKS), []);
});

test('an action that nobody measures is missed, and so is the execution of a new kind', () => {
  const abi = { actions: [{ name: 'join' }, { name: 'mint' }, { name: 'propurl' }, { name: 'propmint' }] };
  assert.deepEqual(unmeasured(abi, BLOCKS), ['mint', 'propmint', 'execute mint']);
});

test('no two lines of the table have one name, and parts are of one length', () => {
  const names = measuredIn(BLOCKS).map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const { title, samples, parts } of BLOCKS) assert.equal(samples % parts, 0, title);
});
