import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolError } from '../../../common/errors.ts';
import type { PoolEvent } from '../../../common/events.ts';
import { firstSlot } from '../../../common/slot.ts';
import { windowRoot } from '../../../common/window-root.ts';
import { requireSigners, SIGNER_SAMPLE } from '../../../oracle/logs/signers.ts';
import { metricsOf } from '../../../oracle/report/build.ts';
import { cases, fc } from '../../support/property.ts';
import { candidate, evidenceOf, goodWindow, otherLogKey, POOL, records, signer, WINDOW } from './support/events.ts';
import { TestPool } from './support/pool.ts';

const SLOT = firstSlot(WINDOW);
const good = goodWindow(WINDOW);

function check(events: PoolEvent[], sample = SIGNER_SAMPLE): string | null {
  const all = records(WINDOW, events);
  try {
    requireSigners('log', POOL, all, windowRoot(all) as string, sample);
    return null;
  } catch (thrown) {
    assert.ok(thrown instanceof PoolError && thrown.code === 'false_signer');
    return thrown.message;
  }
}

/** A good window in which the candidate of this member for slot k is another. */
function withOther(k: number, member: string, change: object): PoolEvent[] {
  const isIt = (event: PoolEvent) => event.type === 'candidate' && event.slot === SLOT + k && event.member === member;
  return good.map((event) => (isIt(event) ? ({ ...event, ...change } as PoolEvent) : event));
}

const evidence = evidenceOf(SLOT + 3, 'bob');
const WRONG: [string, object, RegExp][] = [
  ["another's key", { signer: signer('eve') }, /its header is not signed by 0:/],
  ['no key', { signer: null }, /not signed by null/],
  ['the evidence of another slot', { evidence: evidenceOf(SLOT + 4, 'bob') }, /its header is of another slot/],
  ['another id', { id: 'ab'.repeat(32) }, /its header has another id/],
  ['a changed header', { evidence: { ...evidence, header: evidence.header.replace(/..$/, '01') } }, /another id/],
  ['a signature that is none', { evidence: { ...evidence, signature: 7 } }, /not signed by/],
  ['a header that is none', { evidence: { ...evidence, header: 'zz' } }, /no header with it that could be read/],
];

test('a window whose candidates are signed by whom the log says passes', () => {
  assert.equal(check(good), null);
});

for (const [name, change, says] of WRONG) {
  test(`a candidate with ${name} is told`, () => {
    assert.match(check(withOther(3, 'bob', change)) ?? '', says);
  });
}

test('a block of another pool is told', () => {
  const all = records(WINDOW, good);
  assert.throws(() => requireSigners('log', 'otherpool', all, windowRoot(all) as string), /another producer/);
});

test('a candidate without evidence, or that was refused, is passed over', () => {
  assert.equal(check(withOther(3, 'bob', { evidence: null })), null);
  assert.equal(check(withOther(3, 'bob', { signer: signer('eve'), verdict: 'invalid' })), null);
});

test('who signed an emitted block is always looked at, of the others so many as are asked for', () => {
  const wrong = { signer: signer('eve') };
  // The emission names the key that the candidate's record does.
  const emitted = withOther(3, 'ann', wrong).map((event) => {
    const is = (event.type === 'emission' || event.type === 'decision') && event.slot === SLOT + 3;
    return is ? ({ ...event, ...wrong } as PoolEvent) : event;
  });
  assert.match(check(emitted, 0) ?? '', /not signed/);
  assert.equal(check(withOther(3, 'bob', wrong), 0), null);
});

test('a sample finds one of n with its share, and all of them when it is as large as they are', () => {
  // 24 of the 36 candidates are not emitted.
  const all = Array.from({ length: 12 }, (_, k) => check(withOther(k, 'bob', { signer: signer('eve') }), 24));
  assert.ok(all.every((why) => why !== null));
  let found = 0;
  const slots = fc.tuple(fc.nat({ max: 11 }), fc.string());
  const property = fc.property(slots, ([k, salt]) => {
    const events = withOther(k, 'bob', { signer: signer('eve') });
    const fault: PoolEvent = { type: 'fault', at: 1, code: salt, text: '' };
    const why = check([fault, ...events], 6);
    if (why !== null) found++;
    assert.equal(check([fault, ...events], 6), why, 'the same for everybody');
  });
  fc.assert(property, cases(60));
  assert.ok(found > 3 && found < 60, `${found} found, a quarter is expected`);
});

test('a log that names a false signer is left out of its window, and another one pays', async () => {
  using pool = new TestPool();
  const other = pool.addEmitter(otherLogKey);
  pool.append(WINDOW, withOther(3, 'bob', { signer: signer('eve') }));
  other.append(WINDOW, [candidate(WINDOW, 0, 'zoe'), ...good]);
  pool.chain.pass(7);
  await pool.oracle();
  assert.equal(pool.chain.taken.length, 1);
  assert.equal('logs' in metricsOf(pool.chain.taken[0]?.data ?? { metrics: '' }), false, 'made from one log');
});

test('without another log the window waits, and the others go on', async () => {
  using pool = new TestPool();
  pool.append(WINDOW, withOther(3, 'bob', { signer: signer('eve') }));
  pool.append(WINDOW + 4, goodWindow(WINDOW + 4));
  pool.chain.pass(7);
  await pool.oracle();
  assert.deepEqual(
    pool.chain.taken.map(({ data }) => data.window),
    [WINDOW + 4],
  );
  assert.match(pool.row()?.note ?? '', /record \d+ is no candidate of who it says/);
});
