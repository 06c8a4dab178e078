import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CELL, type Cell } from '../../../dashboard/api.ts';
import { bestOf, withCell } from '../../../dashboard/server/grid/cells.ts';
import { cases, fc } from '../../support/property.ts';

const cell = fc.constantFrom<Cell>(...Object.values(CELL));

test('in whichever order a log tells of a member, the best stays: emitted, valid, late, invalid, standing by, missing', () => {
  const best = 'EVLIS.';
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), fc.nat(4), (told, row) => {
      const cells = told.reduce((letters, one) => withCell(letters, row, one), '');
      const wanted = [...best].find((letter) => told.includes(letter as Cell));
      assert.equal(cells, '.'.repeat(row) + wanted);
    }),
    cases(300),
  );
});

test('between logs standing by counts before a block that one of them calls late, and in standby mode before a valid one', () => {
  assert.equal(bestOf(['L', 'S'], 'propose'), 'S');
  assert.equal(bestOf(['V', 'S'], 'propose'), 'V');
  assert.equal(bestOf(['V', 'S'], 'standby'), 'S');
  assert.equal(bestOf(['E', 'S'], 'standby'), 'E');
  assert.equal(bestOf(['IV', 'S', ''], 'propose'), 'SV');
});
