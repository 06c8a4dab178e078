import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { codeAuthority, keyAuthority } from '../../../deploy/accounts.ts';
import { makePlan } from '../../../deploy/plan/plan.ts';
import { refuses } from '../../support/chain.ts';
import { ChainDeployment, idsOf } from '../../support/chain-deploy.ts';

const one = new ChainDeployment('dpa');
const { chain, dac, producer, oracle, founders } = one;
const [alice = ''] = founders;

const link = (account: string, code: string, type: string, requirement: string) =>
  action('eosio', 'linkauth', { account, code, type, requirement }, account);

before(() => one.people());
after(() => one.close());

test('a plan changes nothing, and says what it takes', async () => {
  const head = await chain.ramUsage('eosio');
  const plan = await one.plan();
  assert.deepEqual(plan.problems, []);
  assert.equal(plan.total.ramBytes, 3_150_000);
  assert.equal(plan.total.stake, 10_000_000_000n);
  assert.equal(await chain.ramUsage('eosio'), head);
  await refuses(chain.authority(dac, 'owner'), /unknown key/);
});

test('what is there is mended while the key is: foreign key, permission and link, missing code, wrong code and ABI', async () => {
  // Somebody began by hand, and not well.
  const own = keyAuthority(chain.key(dac).public);
  await chain.account(dac, { ramBytes: 20_000, cpu: '100.0000 EOS', net: '100.0000 EOS' }, own);
  const spare = keyAuthority(chain.key(`${dac}@spare`).public);
  await chain.push(
    action('eosio', 'updateauth', { account: dac, permission: 'spare', parent: 'active', auth: spare }, dac),
  );
  await chain.push(link(dac, 'eosio.token', 'transfer', 'spare'));
  const ids = idsOf(await one.plan());
  assert.deepEqual(ids.slice(0, 7), [
    `ram:${dac}`,
    `stake:${dac}`,
    `account:${producer}`,
    `link:${dac}:eosio.token::transfer`,
    `permission:${dac}@spare`,
    `permission:${dac}@active`,
    `permission:${dac}@owner`,
  ]);
});

test('apply makes all of it; the second apply changes nothing', async () => {
  const { done, plan } = await one.apply();
  assert.ok(done.length >= 15, `${done.length} transactions`);
  assert.deepEqual(idsOf(plan), []);
  assert.equal(await chain.codeHash(dac), one.hash);
  const code = { actor: dac, permission: 'eosio.code' };
  assert.deepEqual((await chain.authority(dac, 'active')).accounts, [{ permission: code, weight: 1 }]);
  assert.deepEqual((await chain.authority(dac, 'active')).keys, []);
  assert.deepEqual(await chain.authority(producer, 'owner'), codeAuthority(dac));
  const again = await one.apply();
  assert.deepEqual(again.done, []);
  assert.deepEqual(idsOf(again.plan), []);
});

test('a permission broken by hand is named and mended: key, link too few, link too many', async () => {
  const auth = keyAuthority(chain.key('somebody').public);
  const report = { account: oracle, permission: 'report', parent: 'active', auth };
  await chain.push(action('eosio', 'updateauth', report, oracle));
  await chain.push(action('eosio', 'unlinkauth', { account: oracle, code: dac, type: 'cut' }, oracle));
  await chain.push(link(oracle, 'eosio.token', 'transfer', 'report'));
  const { steps } = await one.plan();
  assert.deepEqual(
    steps.map(({ id, is }) => [id, is]),
    [
      [`permission:${oracle}@report`, `${chain.key('somebody').public}, below active`],
      [
        `links:${oracle}@report`,
        `${dac}::close, ${dac}::harvest, ${dac}::payorder, ${dac}::report, eosio.token::transfer`,
      ],
    ],
  );
  const { done, plan } = await one.apply();
  assert.equal(done.length, 2);
  assert.deepEqual(idsOf(plan), []);
  const [key] = (await chain.authority(oracle, 'report')).keys;
  assert.equal(key?.key, chain.key(`${oracle}@report`).public);
});

test('roles too many and too few, another figure and another constitution are voted on', async () => {
  const { roles, figures, ...rest } = one.content as { roles: { arbitrators: string[] }; figures: object };
  one.content = { ...rest, roles: { ...roles, arbitrators: [alice] }, figures: { ...figures, deadline: 7200 } };
  one.terms = 'a constitution for tests, version 2\n';
  const ids = idsOf(await one.plan());
  assert.deepEqual(ids, [
    'terms/propose',
    'figure:deadline/propose',
    `role:arbitrator:${alice}/propose`,
    'role:arbitrator:dpajudge/propose',
  ]);
  const { plan } = await one.apply();
  assert.deepEqual(idsOf(plan), []);
  assert.deepEqual(await chain.client.rows(dac, dac, 'arbitrators').then((rows) => rows.length), 1);
});

test('what others sign is left, with who it is', async () => {
  const { roles, ...rest } = one.content as { roles: { arbitrators: string[] } };
  one.content = { ...rest, roles: { ...roles, arbitrators: [alice, 'dpajudge'] } };
  for (const founder of founders) one.withoutKeys.add(founder);
  const { done, plan } = await one.apply();
  assert.deepEqual(done, []);
  assert.deepEqual(idsOf(plan), ['role:arbitrator:dpajudge/propose']);
  one.withoutKeys.clear();
});

test('no keys are held for nobody: a plan needs none', async () => {
  const { given } = await one.apply({ held: new Set(), wait: false });
  assert.equal((await makePlan(given)).steps.length, 1);
});
