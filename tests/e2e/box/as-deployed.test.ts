import assert from 'node:assert/strict';
import { test } from 'node:test';
import { action } from '../../../common/chain.ts';
import { untilInBlock } from '../../../common/inclusion.ts';
import { Box } from '../../support/box.ts';
import { PoolCommand } from '../../support/processes.ts';

const box = new Box();
const { dac, oracles } = box.run;
const [{ account = '' } = {}] = oracles;

const deploy = (verb: string, ...args: string[]) =>
  new PoolCommand(['deploy', verb, '--network', 'local', '--dir', box.dir, ...args]).ended;

test('what ./pool up has made is what its file says: nothing to do', { timeout: 180_000 }, async () => {
  const { code, stdout, stderr } = await deploy('apply', '--yes');
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /the code of pooldac is the reviewed one: sha256 [0-9a-f]{64}/);
  assert.match(stdout, /nothing to do/);
});

test('a link taken away by hand is named and put back', { timeout: 180_000 }, async () => {
  const { chain } = box;
  const link = { account, code: dac, type: 'payorder' };
  await untilInBlock(chain, await chain.transact([action('eosio', 'unlinkauth', link, account)]));
  const plan = await deploy('plan');
  assert.equal(plan.code, 3, plan.stderr);
  assert.match(plan.stdout, new RegExp(`links of ${account}@report\\n +is +.*\\n +shall +.*${dac}::payorder`));
  const { code, stdout, stderr } = await deploy('apply', '--yes');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /nothing to do/);
});
