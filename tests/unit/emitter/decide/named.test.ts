import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainClient } from '../../../../common/chain.ts';
import { keyText } from '../../../../common/keys.ts';
import { NamedEmitters } from '../../../../emitter/decide/named.ts';
import { signingKey } from '../../../support/signed-chain.ts';

test('the emitters are those of the contract, read again each second; a node that is away leaves what was read', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const idOf = (name: string) => signingKey(name).id;
  let rows: { account: string; key: string }[] | Error = [];
  const name = (...names: string[]) => {
    rows = names.map((account) => ({ account, key: keyText(idOf(account)) }));
  };
  const asked: string[] = [];
  const chain = {
    info: async () => ({ chain_id: 'ab'.repeat(32) }),
    rows: async (...what: string[]) => {
      asked.push(what.join(' '));
      if (rows instanceof Error) throw rows;
      return rows;
    },
  } as unknown as ChainClient;
  const told: (string | null)[] = [];
  const onTrouble = (why: string | null) => {
    told.push(why);
    // It waits until the contract names some.
    if (told.length === 1) name('a', 'b');
  };
  const named = await NamedEmitters.open({ chain, dac: 'pooldac', pool: 'pool', onTrouble });
  t.after(() => named.stop());
  assert.deepEqual(told, ['the contract pooldac names none: members do by vote (proprole)']);
  assert.deepEqual(new Set(asked), new Set(['pooldac pooldac emitters']));
  assert.deepEqual(named.identity, { chain: 'ab'.repeat(32), pool: 'pool' });
  assert.deepEqual([named.keyOf('a'), named.keyOf('c')], [idOf('a'), null]);
  const next = async () => {
    t.mock.timers.tick(1000);
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  name('b', 'c');
  await next();
  assert.deepEqual([...named.keys], [idOf('b'), idOf('c')]);
  rows = new Error('it is away');
  for (let i = 0; i < 3; i++) await next();
  assert.deepEqual([...named.keys], [idOf('b'), idOf('c')]);
  name('c');
  await next();
  assert.deepEqual([...named.keys], [idOf('c')]);
  assert.equal(told.length, 3, 'said once, and that it is over');
  assert.equal(told[2], null);
});
