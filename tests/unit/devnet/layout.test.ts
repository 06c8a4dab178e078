import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../../common/name.ts';
import { accountName, layout, portsNeeded } from '../../../devnet/layout.ts';

test('numbered names are valid account names, all different', () => {
  const names = Array.from({ length: 130 }, (_, i) => accountName('member', i));
  assert.deepEqual(names.slice(0, 7), ['member1', 'member2', 'member3', 'member4', 'member5', 'member11', 'member12']);
  assert.equal(new Set(names).size, 130);
  for (const name of names) stringToName(name);
});

test('all ports are different, consecutive, and as many as were asked for; members do not listen for peers', () => {
  const counts = { producers: 3, relays: 2, members: 4 };
  const plans = layout(counts, 20_001);
  const ports = plans.flatMap((plan) => (plan.p2pPort === null ? [plan.apiPort] : [plan.apiPort, plan.p2pPort]));
  const ships = plans.flatMap(({ shipPort }) => shipPort ?? []);
  assert.deepEqual(
    [...ports, ...ships],
    Array.from({ length: portsNeeded(counts) }, (_, i) => 20_001 + i),
  );
  assert.ok(plans.every((plan) => (plan.p2pPort === null) === (plan.role === 'member')));
  assert.deepEqual(
    plans.filter(({ shipPort }) => shipPort !== undefined).map(({ name }) => name),
    ['bp1'],
    'a state history where the oracles ask',
  );
  assert.equal(new Set(plans.map((plan) => plan.name)).size, 9);
});
