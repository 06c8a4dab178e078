import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Blockchain } from '@eosnetwork/vert';
import { type API, Name } from '@greymass/eosio';
import { EMULATOR_FAULTS, type Fault, PARTS } from '../support/emulator-faults.ts';
import { probeCode } from './support/contracts.ts';

// What the emulator does otherwise than a node, as it does it today; tests/e2e/chain/emulator-faults.test.ts pushes the
// same on nodeos. What follows for the contract's tests is in docs/decisions/contract-build-and-tests.md.

function emulated(): Blockchain {
  const chain = new Blockchain();
  const { wasm, abi } = probeCode();
  for (const name of PARTS) {
    if (name === 'alice') permitProbing(chain.createAccount(name));
    else chain.createAccount({ name, wasm, abi, enableInline: true } as never);
  }
  return chain;
}

/** Adds a permission of its own with the authority of active. */
function permitProbing({ permissions }: { permissions: API.v1.AccountPermission[] }): void {
  const active = permissions.find(({ perm_name }) => String(perm_name) === 'active') as API.v1.AccountPermission;
  permissions.push(Object.assign(Object.create(active), { perm_name: Name.from('probing'), parent: active.perm_name }));
}

async function push(chain: Blockchain, { action, data, by }: Fault['probes'][number]): Promise<string | null> {
  try {
    await chain.accounts.probe?.actions[action]?.(data).send(by);
    return null;
  } catch (thrown) {
    return (thrown as Error).message;
  }
}

async function check(fault: Fault, side: 'emulator' | 'nodeos'): Promise<void> {
  const chain = emulated();
  for (const probe of fault.probes) {
    const said = await push(chain, probe);
    const expected = probe[side];
    const step = `${probe.action} by ${probe.by}: ${said ?? 'done'}`;
    if (expected) assert.match(said ?? '', expected, step);
    else assert.equal(said, null, step);
  }
}

for (const fault of EMULATOR_FAULTS) test(`emulator: ${fault.what}`, () => check(fault, 'emulator'));

test('the model’s sequences run on an emulator that keeps its rows', async () => {
  await import('./model/drive/emulator.ts'); // repairs it for the whole process
  await check(EMULATOR_FAULTS.at(-1) as Fault, 'nodeos');
});

test('the pool depends on none of what is wrong: no secondary index, no authority in a notification', () => {
  const files = globSync(join(import.meta.dirname, '../../contracts/pool/*.ts'));
  const sources = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  assert.doesNotMatch(sources, /@secondary|IDX\d/);
  const handlers = [...sources.matchAll(/@action\("\w+", notify\)\s+\w+\(.*\): void \{([^}]*)\}/g)];
  assert.deepEqual(
    handlers.map(([, body]) => body?.trim()),
    ['receive(this.receiver, this.firstReceiver);'],
  );
  const receive = /export function receive\([\s\S]*?\n\}/.exec(sources)?.[0] ?? '';
  assert.match(receive, /readActionData/);
  assert.doesNotMatch(receive, /hasAuth|requireAuth/);
});
