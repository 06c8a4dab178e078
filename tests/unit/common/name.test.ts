import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Serialize } from 'eosjs';
import { nameToString, stringToName } from '../../../common/name.ts';
import { cases, fc } from '../../support/property.ts';

function eosjsPack(name: string): bigint {
  const buffer = new Serialize.SerialBuffer({ textEncoder: new TextEncoder(), textDecoder: new TextDecoder() });
  buffer.pushName(name);
  return Buffer.from(buffer.asUint8Array()).readBigUInt64LE();
}

function eosjsUnpack(packed: bigint): string {
  const array = Buffer.alloc(8);
  array.writeBigUInt64LE(packed);
  return new Serialize.SerialBuffer({
    textEncoder: new TextEncoder(),
    textDecoder: new TextDecoder(),
    array,
  }).getName();
}

test('known names', () => {
  assert.equal(stringToName('eosio'), 6138663577826885632n);
  assert.equal(nameToString(6138663577826885632n), 'eosio');
  assert.equal(stringToName(''), 0n);
  assert.equal(nameToString(0n), '');
});

test('packs as eosjs does', () => {
  const letter = fc.constantFrom(...'.12345abcdefghijklmnopqrstuvwxyz');
  const last = fc.constantFrom('', ...'.12345abcdefghij');
  const names = fc
    .tuple(fc.string({ unit: letter, minLength: 12, maxLength: 12 }), last)
    .map((parts) => parts.join(''));
  const short = fc.string({ unit: letter, maxLength: 12 });
  fc.assert(
    fc.property(fc.oneof(names, short), (name) => {
      assert.equal(stringToName(name), eosjsPack(name));
      assert.equal(nameToString(stringToName(name)), name.replace(/\.+$/, ''));
    }),
    cases(2000),
  );
});

test('every number has a text that packs to it again, the same as eosjs gives', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn }), (packed) => {
      assert.equal(nameToString(packed), eosjsUnpack(packed));
      assert.equal(stringToName(nameToString(packed)), packed);
    }),
    cases(2000),
  );
});

for (const text of ['Pool', 'a b', '6', 'é', 'aaaaaaaaaaaaak', 'aaaaaaaaaaaaaa', 'pool\n', '-', 'abc0']) {
  test(`${JSON.stringify(text)} is no name`, () => {
    assert.throws(() => stringToName(text), { code: 'name', message: /is not an account name/ });
  });
}
