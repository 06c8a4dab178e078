import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Abi } from '../../../contracts/abi.ts';
import { perform, type Result } from '../../support/chain-differ.ts';
import { ChainPool } from '../../support/chain-pool.ts';
import type { Script } from '../../support/chain-script.ts';
import { emulatedStage, nodeosStage } from '../../support/chain-stages.ts';
import { endings } from './scenarios/endings.ts';
import { members } from './scenarios/members.ts';
import { spending } from './scenarios/spending.ts';
import { windows } from './scenarios/windows.ts';

// Not what the emulator does otherwise (emulator-faults.test.ts); who pays for memory, and permissions of one's own, are in
// ram.test.ts and voting-permission.test.ts.

const abi = ChainPool.contract().abi as Abi;
const tables = abi.tables.map(({ name }) => name);
const SCRIPTS: Script[] = [members(), windows(), spending(), endings()];

function compare(emulated: Result, real: Result): void {
  assert.deepEqual(real.answers, emulated.answers);
  for (const [look, seen] of Object.entries(emulated.looks)) {
    assert.deepEqual(real.looks[look], seen, `the tables at "${look}"`);
  }
}

test('every action of the contract is done and is refused in one of the scenarios', () => {
  const steps = SCRIPTS.flatMap((script) => script.steps.filter((step) => 'act' in step));
  const done = new Set(steps.filter(({ says }) => !says).map(({ act }) => act));
  const refused = new Set(steps.filter(({ says }) => says).map(({ act }) => act));
  const names = abi.actions.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => !done.has(name)),
    [],
    'done',
  );
  assert.deepEqual(
    names.filter((name) => !refused.has(name)),
    [],
    'refused',
  );
});

for (const [i, script] of SCRIPTS.entries()) {
  test(`${script.name}: ${script.steps.length} steps end alike on the emulator and on nodeos`, async () => {
    const emulated = await perform(script, await emulatedStage(), tables);
    const real = await perform(script, await nodeosStage(`d${i + 1}`), tables);
    compare(emulated, real);
  });
}
