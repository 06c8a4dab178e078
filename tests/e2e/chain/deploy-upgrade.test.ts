import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ChainDeployment, idsOf } from '../../support/chain-deploy.ts';
import { ChainPool } from '../../support/chain-pool.ts';

const one = new ChainDeployment('dpu');
const { chain, dac, founders } = one;
const { wasm } = ChainPool.contract();
/** The same contract with a section that no engine looks at: other bytes, another hash. */
const newer = Buffer.concat([wasm, Buffer.from('\0\x06\x04next1', 'latin1')]);

before(async () => {
  await one.people();
  await one.apply();
});
after(() => one.close());

test('other code after the hand-over: laid into eosio.msig, voted on, approved, executed; the next apply has nothing to do', async () => {
  one.contract = path.join(one.dir, 'newer');
  writeFileSync(`${one.contract}.wasm`, newer);
  copyFileSync(path.join(import.meta.dirname, '../../../contracts/target/pool.abi'), `${one.contract}.abi`);
  one.hash = createHash('sha256').update(newer).digest('hex');
  const [first, second] = (await one.plan()).steps;
  assert.match(first?.id ?? '', /^msig:\S+\/lay$/);
  assert.equal(first?.shall, `code with sha256 ${one.hash}`);
  assert.equal(second, undefined);
  const { done, plan } = await one.apply();
  assert.deepEqual(idsOf(plan), []);
  assert.match(
    done.map(({ step }) => step).join(' '),
    /^msig:\S+\/lay msig:\S+\/propose vote:.* msig:\S+\/tally msig:\S+\/execute msig:\S+\/exec$/,
  );
  assert.equal(await chain.codeHash(dac), one.hash);
  assert.deepEqual((await one.apply()).done, []);
});

test('without the members’ keys: where it stands is said, and nothing is done', async () => {
  one.contract = path.join(import.meta.dirname, '../../../contracts/target/pool');
  one.hash = createHash('sha256').update(wasm).digest('hex');
  for (const founder of founders) one.withoutKeys.add(founder);
  const { done, plan } = await one.apply({ wait: false });
  assert.deepEqual(done, []);
  assert.match(plan.steps[0]?.is ?? '', /^code with sha256 [0-9a-f]{64}$/);
});
