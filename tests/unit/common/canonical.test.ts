import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { canonicalJson, merkleRoot, passingSha256, sha256 } from '../../../common/canonical.ts';
import { cases, fc } from '../../support/property.ts';

const leaf = fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries([...entries.map(([k, v]) => [k, shuffled(v)] as const), ['gone', undefined]]);
}

test('equal values give equal bytes, whatever the order of their keys; undefined does not count', () => {
  fc.assert(
    fc.property(values, (value) => {
      if (JSON.stringify(value).includes('"gone"')) return;
      assert.equal(canonicalJson(shuffled(value)), canonicalJson(value));
    }),
    cases(1000),
  );
});

test('it is JSON: parsing gives the value back, and its canonical form is the same text', () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalJson(value);
      const normal = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(text), normal);
      assert.equal(canonicalJson(JSON.parse(text)), text);
    }),
    cases(1000),
  );
});

test('keys are sorted by code unit and there is no white space', () => {
  assert.equal(canonicalJson({ b: [1, 'x', null], a: { d: true, c: -5 } }), '{"a":{"c":-5,"d":true},"b":[1,"x",null]}');
  assert.equal(canonicalJson({ é: 1, z: 2, Z: 3, '10': 4, '9': 5 }), '{"10":4,"9":5,"Z":3,"z":2,"é":1}');
});

for (const number of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, -(2 ** 53)]) {
  test(`${number} is refused`, () => assert.throws(() => canonicalJson({ at: number }), RangeError));
}

// Two values that differ must not share a text, or one can stand for the other in a hash.
for (const [what, one, other] of [
  ['bigints', 1n, 2n],
  ['dates', new Date(0), new Date(1)],
  ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
] as const) {
  test(`${what} are refused or told apart`, () => {
    const text = (value: unknown) => {
      try {
        return canonicalJson({ value });
      } catch {
        return null;
      }
    };
    assert.ok(text(one) === null || text(one) !== text(other), `both give ${text(one)}`);
  });
}

test('any parts have the hash of the parts joined, by both ways, and it does not change afterwards', () => {
  const part = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.string(),
    fc.constantFrom(Buffer.alloc(8192, 1), Buffer.alloc(8193, 2)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const joined = createHash('sha256').update(Buffer.concat(parts.map((one) => Buffer.from(one as string))));
      const hex = joined.digest('hex');
      const [own, passing] = [sha256(...parts), passingSha256(...parts)];
      passingSha256('another');
      assert.deepEqual([own.toString('hex'), passing.toString('hex')], [hex, hex]);
    }),
    cases(200),
  );
});

test('a hash that may be kept keeps no other memory', () => {
  assert.equal(sha256(Buffer.from('a'), Buffer.from('b')).buffer.byteLength, 32);
});

test('sha256 of parts is that of the parts joined', () => {
  const whole = createHash('sha256').update('abc').digest('hex');
  assert.equal(sha256('a', Buffer.from('b'), 'c').toString('hex'), whole);
  assert.equal(whole, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('Merkle root: none, one, two, three', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((text) => sha256(text)) as [Buffer, Buffer, Buffer];
  assert.deepEqual(merkleRoot([]), Buffer.alloc(32));
  const leaf = (hash: Buffer) => sha256(Buffer.from([0]), hash);
  const node = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);
  assert.deepEqual(merkleRoot([a]), leaf(a));
  assert.deepEqual(merkleRoot([a, b]), node(leaf(a), leaf(b)));
  assert.deepEqual(merkleRoot([a, b, c]), node(node(leaf(a), leaf(b)), leaf(c)));
  assert.notDeepEqual(merkleRoot([a, b, c]), merkleRoot([a, b, c, c]));
});

test('a Merkle root changes with each leaf and their order', () => {
  const leaves = fc.uniqueArray(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
    minLength: 2,
    maxLength: 40,
    selector: (bytes) => Buffer.from(bytes).toString('hex'),
  });
  fc.assert(
    fc.property(leaves, fc.nat(), (arrays, at) => {
      const hashes = arrays.map((bytes) => Buffer.from(bytes));
      const root = merkleRoot(hashes);
      const i = at % hashes.length;
      const changed = hashes.map((hash, k) => (k === i ? sha256(hash) : hash));
      assert.notDeepEqual(merkleRoot(changed), root);
      assert.notDeepEqual(merkleRoot(hashes.toReversed()), root);
      assert.notDeepEqual(merkleRoot(hashes.toSpliced(i, 1)), root);
    }),
    cases(500),
  );
});
