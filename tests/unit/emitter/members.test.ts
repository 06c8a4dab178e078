import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChainClient } from '../../../common/chain.ts';
import { keyId } from '../../../common/keys.ts';
import { KeyRing } from '../../../devnet/keys.ts';
import { MemberDirectory } from '../../../emitter/members.ts';

const ring = new KeyRing(7);
const [oldKey, newKey] = [ring.pair('ann@signing').public, ring.pair('ann@next').public];

test('a key is known by its seat, also after the member changed it or left', async (t) => {
  let seats = [{ account: 'ann', key: oldKey }];
  const tables: string[] = [];
  const rows = async (_code: string, _scope: string, table: string) => {
    tables.push(table);
    return seats;
  };
  t.mock.timers.enable({ apis: ['setInterval'] });
  const directory = new MemberDirectory({ rows } as unknown as ChainClient, 'pooldac');
  t.after(() => directory.stop());
  await directory.start();
  assert.equal(directory.account(keyId(oldKey)), 'ann');
  assert.equal(directory.account(keyId(newKey)), null);
  assert.equal(directory.account(null), null);

  const reread = async (now: typeof seats) => {
    seats = now;
    t.mock.timers.tick(5000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await reread([{ account: 'ann', key: newKey }]);
  assert.deepEqual([directory.account(keyId(newKey)), directory.account(keyId(oldKey))], ['ann', 'ann']);
  await reread([]);
  assert.equal(directory.account(keyId(newKey)), 'ann');
  assert.deepEqual(new Set(tables), new Set(['seats']));
});
