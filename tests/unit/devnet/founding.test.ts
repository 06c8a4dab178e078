import assert from 'node:assert/strict';
import { test } from 'node:test';
import { founders } from '../../../devnet/founding.ts';

test('the last member is voted in by the others; a single one founds the pool', () => {
  assert.deepEqual(founders(['ann']), ['ann']);
  assert.deepEqual(founders(['ann', 'bob']), ['ann']);
  assert.deepEqual(founders(['ann', 'bob', 'eve']), ['ann', 'bob']);
});
