import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { codeAuthority, keyAuthority } from '../../../deploy/accounts.ts';
import { putCode } from '../../../deploy/code.ts';
import { probeCode } from '../../contract/support/contracts.ts';
import { CARRIER, TestChain } from '../../support/chain.ts';
import { EMULATOR_FAULTS, type Fault, PARTS } from '../../support/emulator-faults.ts';

// What the emulator answers otherwise: the same pushes as in tests/contract/emulator.test.ts, and how a node ends them.

const chain = new TestChain();
const to = (part: unknown) => (PARTS.includes(String(part)) ? `flt${part}` : part);

before(async () => {
  const { wasm, abi } = probeCode();
  for (const account of ['fltprobe', 'fltother']) {
    await chain.account(account, CARRIER, codeAuthority(account, chain.key(account).public));
    await chain.push(putCode(chain.client, account, { wasm, abi: JSON.parse(abi) as object }));
  }
  await chain.account('fltalice');
  const auth = keyAuthority(chain.key('fltalice@probing').public);
  const permission = { account: 'fltalice', permission: 'probing', parent: 'active', auth };
  const link = { account: 'fltalice', code: 'fltprobe', type: 'permit', requirement: 'probing' };
  await chain.push([
    action('eosio', 'updateauth', permission, 'fltalice'),
    action('eosio', 'linkauth', link, 'fltalice'),
  ]);
});

function push({ action: name, data, by }: Fault['probes'][number]): Promise<string | null> {
  const filled = Object.fromEntries(Object.entries(data).map(([field, value]) => [field, to(value)]));
  const [actor, permission] = by.split('@');
  const signer = permission ? `${to(actor)}@${permission}` : String(to(actor));
  return chain.push(action('fltprobe', name, filled, signer)).then(
    () => null,
    (thrown: Error) => thrown.message,
  );
}

for (const fault of EMULATOR_FAULTS) {
  test(`nodeos is right about: ${fault.what}`, async () => {
    for (const probe of fault.probes) {
      const said = await push(probe);
      const step = `${probe.action} by ${probe.by}: ${said ?? 'done'}`;
      if (probe.nodeos) assert.match(said ?? '', probe.nodeos, step);
      else assert.equal(said, null, step);
    }
  });
}
