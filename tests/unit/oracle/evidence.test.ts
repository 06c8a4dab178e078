import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { signText } from '../../../common/signature.ts';
import { blockEvidence, findOrphans, type OddBlock, type SignedLog } from '../../../oracle/evidence/blocks.ts';
import { checkEvidence } from '../../../oracle/evidence/check.ts';
import { evidenceHash, evidenceText, parseEvidence } from '../../../oracle/evidence/document.ts';
import { EvidenceFolder } from '../../../oracle/evidence/folder.ts';
import { signersOf } from '../../../oracle/evidence/signer.ts';
import { cases, fc } from '../../support/property.ts';
import { CHAIN, logKey, otherLogKey, WINDOW } from './support/events.ts';
import {
  bob,
  candidateOf,
  first,
  identity,
  leaked,
  leakOf,
  letOut,
  make,
  nodeWith,
  owners,
  SLOT,
  second,
  signedLog,
} from './support/leak-world.ts';

const ordinary = [candidateOf(first), ...letOut(first), candidateOf(second)];
const { id, num } = leaked.header;
const odd: OddBlock = { kind: 'leak', slot: SLOT + 1, num, id, header: '' };
const seen = () => [signedLog([...ordinary, leakOf(leaked)]), signedLog([...ordinary, leakOf(leaked)], 1)];
const leak = (logs: SignedLog[] = seen()) => blockEvidence(identity, odd, logs);
const node = nodeWith([first, leaked]);

test('a leak that no emitter held is against the member whose key signed it', async () => {
  const document = parseEvidence(evidenceText(leak()));
  const { says, against } = await checkEvidence(document, node);
  assert.equal(against, 'bob');
  assert.match(
    says.join(' '),
    /is on the chain at height 1002, for good, and the logs of emitter1, emitter2 let no such block out/,
  );
  assert.match(says.join(' '), /signed by bob.* No emitter held it/);
});

test('a leak that an emitter held as well is against nobody by itself', async () => {
  const held = [
    signedLog([...ordinary, candidateOf(leaked), leakOf(leaked)]),
    signedLog([...ordinary, leakOf(leaked)], 1),
  ];
  const { says, against } = await checkEvidence(leak(held), node);
  assert.equal(against, null);
  assert.match(says.join(' '), /emitter1 held it/);
});

test('a leak is against nobody while the log of a registered emitter is not part of it', async () => {
  const { says, against } = await checkEvidence(leak(seen().slice(0, 1)), node);
  assert.deepEqual([against, /The log of emitter2 is not part of it/.test(says.join(' '))], [null, true]);
});

test('the signer is recovered from the leak record, else from the chain’s signature and a candidate beside the block', () => {
  assert.deepEqual(signersOf(leak(), [], owners), [bob.id]);
  const { header } = leak().block;
  const unlinked = blockEvidence(identity, { ...odd, header }, [signedLog([...ordinary, leakOf(leaked, false)])]);
  assert.deepEqual(signersOf(unlinked, [], owners), [bob.id], 'with ann’s candidate on the same parent');
  const unseen = blockEvidence(identity, { ...odd, header }, [signedLog(ordinary)]);
  const { type, bytes } = leaked.header.signature;
  assert.deepEqual(signersOf(unseen, [], owners), []);
  assert.deepEqual(signersOf(unseen, [`${type}:${bytes.toString('hex')}`], owners), [bob.id]);
  assert.deepEqual(signersOf(leak(), ['0:zz', `0:${'00'.repeat(65)}`], new Map()), [], 'of keys that are no member’s');
});

test('the same logs give the same bytes in any order, whoever’s node gives the header and whatever signature it has', () => {
  const logs = [...seen(), signedLog([...ordinary, candidateOf(leaked)], 1)];
  const text = evidenceText(leak(logs));
  fc.assert(
    fc.property(fc.shuffledSubarray(logs, { minLength: 3, maxLength: 3 }), fc.boolean(), (shuffled, withHeader) => {
      const { header } = leak().block;
      const document = blockEvidence(identity, { ...odd, header: withHeader ? header : 'ab' }, shuffled);
      assert.equal(evidenceText(document), text);
      assert.equal(evidenceHash(document), evidenceHash(parseEvidence(text)));
    }),
    cases(30),
  );
});

test('a changed byte anywhere in it is refused', async () => {
  const text = evidenceText(leak());
  const tampered = fc.tuple(
    fc.nat({ max: text.length - 1 }),
    fc.constantFrom('0', '1', 'a', 'f', '"', ' ', '9', 'z', '\n'),
  );
  await fc.assert(
    fc.asyncProperty(tampered, async ([at, byte]) => {
      if (text[at] === byte) return;
      const changed = text.slice(0, at) + byte + text.slice(at + 1);
      await assert.rejects(async () => checkEvidence(parseEvidence(changed), node), {
        name: 'PoolError',
        code: 'evidence',
      });
    }),
    cases(400),
  );
});

test('evidence that is written in another way is refused, for it has another hash', () => {
  const text = evidenceText(leak());
  const other = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text)).reverse()));
  for (const each of [text.trimEnd(), `${text}\n`, ` ${text}`, `${other}\n`, JSON.stringify(JSON.parse(text), null, 1)])
    assert.throws(() => parseEvidence(each), /it is not written as canonical JSON on one line/);
  assert.throws(() => parseEvidence(text.replace('"v":1', '"more":1,"v":1')), /no evidence of a form/);
});

test('what the chain does not bear out is refused, each with its reason', async () => {
  const refused = (document: ReturnType<typeof leak>, parts = node) => checkEvidence(document, parts);
  await assert.rejects(refused(leak(), nodeWith([first, second])), /the chain has the block .* at height 1002/);
  await assert.rejects(
    refused(leak(), nodeWith([leaked], { chainId: async () => 'ff'.repeat(32) })),
    /it is of the chain c0/,
  );
  await assert.rejects(refused({ ...leak(), pool: 'otherpool' }), /it is of the pool otherpool/);
  const behind = { num: 1001, id: '', slot: 0, producer: '', scheduleVersion: 5 };
  await assert.rejects(
    refused(leak(), nodeWith([leaked], { irreversible: async () => behind })),
    /is not irreversible on this node/,
  );
  const [one, two] = seen();
  assert.ok(one && two);
  const foreign = { ...one, signed: { ...one.signed, key: otherLogKey.id } };
  await assert.rejects(refused(leak([foreign])), /does not name the emitter emitter1 with the key/);
  const unsigned = { ...one, signed: { ...one.signed, signature: signText(Buffer.alloc(32, 1), logKey) } };
  await assert.rejects(refused(leak([unsigned])), /is not signed by emitter1/);
  const out = signedLog([...ordinary, candidateOf(leaked), ...letOut(leaked)]);
  await assert.rejects(refused(leak([out])), /emitter1 let that block out, so it is no leak/);
  await assert.rejects(refused({ ...leak(), window: WINDOW + 1 }), /root .* of window 137000001 is not signed by/);
});

test('with the log at hand evidence that has less than it is refused', async () => {
  const full = signedLog([...ordinary, candidateOf(leaked), leakOf(leaked)]);
  const document = leak([full]);
  const given = { ...node, logs: [{ name: 'one.sqlite', records: full.records }] };
  await checkEvidence(document, given);
  const [log] = document.logs;
  assert.ok(log);
  const less = {
    ...document,
    logs: [{ ...log, places: log.places.filter(({ record }) => record.event.type !== 'candidate') }],
  };
  await assert.rejects(checkEvidence(less, given), /the log one\.sqlite says something else of the block/);
});

test('a block that was let out and went lost is an orphan, unless a rescue names it', async () => {
  const lost = make(bob, first.state, SLOT + 1, 9);
  const events = [candidateOf(lost), ...letOut(lost)];
  const logs = [signedLog([...ordinary, ...events])];
  const [orphan, ...more] = findOrphans([logs[0]?.records ?? []], new Set([first.header.id]));
  assert.deepEqual([orphan, more], [{ kind: 'orphan', slot: SLOT + 1, num, id: lost.header.id }, []]);
  const named = signedLog([
    ...events,
    {
      type: 'rescue',
      at: 1,
      window: WINDOW,
      cause: 'gone',
      failed: '',
      leader: '',
      path: [],
      replaced: [lost.header.id],
    },
  ]);
  assert.deepEqual(findOrphans([named.records], new Set()), []);
  const document = blockEvidence(identity, { ...(orphan as OddBlock), header: '' }, logs);
  const shown = await checkEvidence(document, nodeWith([first, leaked]));
  assert.equal(shown.against, null);
  await assert.rejects(checkEvidence(document, nodeWith([first, lost])), /is on the chain, so it did not go lost/);
});

test('logs of any form give evidence or none, and no throw', () => {
  const odd = { type: 'leak', at: 1, id, slot: 5, header: 7, signature: null } as never;
  const bare = { ...candidateOf(leaked), evidence: 'none' } as never;
  const document = leak([signedLog([odd, bare])]);
  assert.equal(document.block.header, '');
  assert.deepEqual(signersOf(document, ['0:'], owners), []);
});

test('a folder keeps each document once, and the newest windows when there are too many', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'evidence-test-'));
  try {
    const folder = new EvidenceFolder(path.join(dir, 'new'));
    const { file, isNew } = folder.keep(leak());
    assert.deepEqual([isNew, path.basename(file)], [true, `${WINDOW}-leak-${evidenceHash(leak())}.json`]);
    assert.deepEqual(folder.keep(leak()), { file, isNew: false });
    assert.equal(readdirSync(path.join(dir, 'new')).length, 1);
    assert.throws(() => new EvidenceFolder('/dev/null/x').keep(leak()), { code: 'evidence' });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  assert.equal(CHAIN.length, 64);
});
