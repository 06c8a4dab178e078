import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { hasBit, withBit } from '../../../common/bitmap.ts';
import type { GivenReceipt } from '../../../common/receipt-bundle.ts';
import { firstSlot } from '../../../common/slot.ts';
import { weigh } from '../../../oracle/evidence/weigh.ts';
import { measure } from '../../../oracle/metrics/measure.ts';
import { pack } from '../../../oracle/metrics/packed.ts';
import type { WindowLog } from '../../../oracle/metrics/types.ts';
import { checkBundle, readReceipts } from '../../../oracle/receipts/source.ts';
import { cases, fc } from '../../support/property.ts';
import {
  blockId,
  CHAIN,
  candidate,
  closing,
  goodWindow,
  logKey,
  MEMBERS,
  members,
  otherLogKey,
  POOL,
  records,
  signers,
  standbyClosing,
  WINDOW,
} from './support/events.ts';
import { bundleOf, IDENTITY, receipt } from './support/receipts.ts';

const known = { identity: IDENTITY, emitters: [logKey.id], members: signers };
const all = (member: string, count = 12) => Array.from({ length: count }, (_, k) => receipt(k, member));
const check = (text: string, window = WINDOW) => checkBundle(text, 'file', window, known);
const whyNot = (text: string, window = WINDOW) =>
  check(text, window)
    .refused.map(({ why }) => why)
    .join('; ');

test('a member’s bundle of its emitter’s receipts counts, whatever their order', () => {
  const { receipts, refused } = check(bundleOf('eve', all('eve').reverse()));
  assert.deepEqual([receipts.length, refused], [12, []]);
  assert.equal(bundleOf('eve', all('eve').reverse()), bundleOf('eve', all('eve')));
});

test('a bundle or receipt of another pool, chain, window or key is refused with its reason', () => {
  const [otherPool, otherChain] = [
    { ...IDENTITY, pool: 'otherpool' },
    { ...IDENTITY, chain: 'ff'.repeat(32) },
  ];
  assert.match(
    whyNot(bundleOf('eve', all('eve'), { identity: otherPool })),
    /it is for the pool otherpool, and this one is poolbp/,
  );
  assert.match(whyNot(bundleOf('eve', all('eve'), { identity: otherChain })), /it is for the chain ffff/);
  assert.match(
    whyNot(bundleOf('eve', all('eve'), { window: WINDOW + 1 })),
    /it is for window 137000001, and not for 137000000/,
  );
  assert.match(whyNot(bundleOf('zoe', all('zoe'))), /never was a member's key/);
  assert.match(whyNot(bundleOf('eve', [receipt(3, 'bob')])), /slot \d+: it is for a candidate of another's key/);
  assert.match(
    whyNot(bundleOf('eve', [receipt(3, 'eve', { key: otherLogKey })])),
    /the contract names no emitter with the key/,
  );
  for (const identity of [otherPool, otherChain])
    assert.match(whyNot(bundleOf('eve', [receipt(3, 'eve', { identity })])), /its signature is not by/);
  assert.match(whyNot(bundleOf('eve', [receipt(13, 'eve')])), /is not in window/);
  assert.match(whyNot('{'), /it is no JSON/);
  assert.match(whyNot('{"v":2}'), /it is no bundle of receipts: /);
});

test('a changed byte anywhere in a bundle leaves no receipt of it', () => {
  const text = bundleOf('eve', all('eve', 2));
  const tampered = fc.tuple(fc.nat({ max: text.length - 2 }), fc.constantFrom('0', '1', 'f', '"', '9', 'z', '}'));
  fc.assert(
    fc.property(tampered, ([at, byte]) => {
      if (text[at] === byte) return;
      const { receipts, refused } = check(text.slice(0, at) + byte + text.slice(at + 1));
      assert.deepEqual([receipts, refused.length], [[], 1]);
    }),
    cases(300),
  );
});

test('receipts are read from folders and from web servers; what is not there, or never ends, costs nothing', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'receipts-test-'));
  const server = createServer((request, response) => {
    if (request.url === `/long/${WINDOW}.json`) {
      response.write('x'.repeat(1024 * 1024));
      response.end('more');
    } else if (request.url === `/bob/${WINDOW}.json`) response.end(bundleOf('bob', all('bob')));
    else response.writeHead(request.url?.startsWith('/bad') ? 500 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mkdirSync(path.join(dir, 'eve'));
    writeFileSync(path.join(dir, 'eve', `${WINDOW}.json`), bundleOf('eve', all('eve')));
    writeFileSync(path.join(dir, 'eve', `${WINDOW + 2}.json`), 'x'.repeat(1024 * 1024 + 1));
    const places = [
      path.join(dir, 'eve'),
      path.join(dir, 'nobody'),
      `${at}/bob/`,
      `${at}/nobody`,
      path.join(dir, 'eve'),
    ];
    const { receipts, refused } = await readReceipts(places, WINDOW, known);
    assert.deepEqual([receipts.length, refused], [24, []]);
    const bad = await readReceipts([`${at}/long`, `${at}/bad`, 'http://127.0.0.1:1'], WINDOW, known);
    assert.deepEqual(
      bad.refused.map(({ why }) => why),
      ['it is longer than a bundle can be (1048576 bytes)', 'it answers 500', 'fetch failed'],
    );
    const long = await readReceipts([path.join(dir, 'eve')], WINDOW + 2, known);
    assert.match(long.refused[0]?.why ?? '', /longer than a bundle/);
  } finally {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

const logOf = (events: Parameters<typeof records>[1], end = closing(WINDOW)): WindowLog => {
  return { records: records(WINDOW, [...events, end]), around: [] };
};
const good = goodWindow(WINDOW).slice(0, -1);
const without = (name: string) => good.filter((event) => !('member' in event && event.member === name));
const blocks = Array.from({ length: 12 }, (_, k) => {
  const slot = firstSlot(WINDOW) + k;
  return { num: k + 1, id: blockId(slot, 'ann'), slot, producer: POOL, scheduleVersion: 7 };
});
const metricsOf = (log: WindowLog, receipts: GivenReceipt[] = []) =>
  measure({
    window: WINDOW,
    pool: POOL,
    chain: CHAIN,
    logs: [log],
    blocks,
    members,
    signers,
    eligiblePercent: 50,
    receipts,
  });

test('receipts give a share back that the only log left out, and the metrics say so', () => {
  const left = metricsOf(logOf(without('eve')), all('eve', 6));
  assert.deepEqual(left.receipted, [{ index: 2, slots: 6 }]);
  const { candidates, missing, eligible } = left.members[2] ?? assert.fail();
  assert.deepEqual([candidates, missing, eligible], [6, 6, true]);
});

test('receipts that are too few, late, doubled, of who has its share, or in standby mode, change no byte', () => {
  const plain = JSON.stringify(metricsOf(logOf(without('eve'))));
  const same = (receipts: GivenReceipt[], log = logOf(without('eve')), expected = plain) =>
    assert.equal(JSON.stringify(metricsOf(log, receipts)), expected);
  same(all('eve', 5));
  same([...all('eve', 5), ...all('eve', 5), receipt(4, 'eve', { key: otherLogKey })]);
  same([...all('eve', 5), receipt(6, 'eve', { late: true })]);
  same(all('bob'));
  same([...all('ann'), ...all('bob')]);
  const standby = logOf(without('eve'), standbyClosing(WINDOW));
  same(all('eve'), standby, JSON.stringify(metricsOf(standby)));
});

test('receipts cost nobody anything: no slot and no share of anybody goes', () => {
  const event = fc
    .tuple(fc.nat({ max: 11 }), fc.constantFrom(...MEMBERS), fc.constantFrom('valid', 'late', 'invalid'))
    .map(([k, member, verdict]) => candidate(WINDOW, k, member, verdict as 'valid'));
  const some = fc.array(
    fc.tuple(fc.nat({ max: 11 }), fc.constantFrom(...MEMBERS)).map(([k, member]) => receipt(k, member)),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), some, (events, receipts) => {
      const [before, after] = [metricsOf(logOf(events)), metricsOf(logOf(events), receipts)];
      for (const [i, member] of after.members.entries()) {
        const was = before.members[i] ?? assert.fail();
        assert.ok(member.eligible || !was.eligible);
        assert.ok(member.candidates >= was.candidates);
        const { candidates, late, invalid, standby, missing } = member;
        assert.equal(candidates + late + invalid + standby + missing, 12);
        const isGiven = after.receipted?.some(({ index }) => index === i) ?? false;
        assert.equal(member.eligible !== was.eligible, isGiven);
        if (!isGiven) assert.deepEqual(member, was);
      }
    }),
    cases(60),
  );
});

test('a member’s receipts are weighed against what a report gives it', () => {
  const metrics = Buffer.from(JSON.stringify(pack(metricsOf(logOf(without('eve')))))).toString('hex');
  const wrong = weigh(all('eve', 7), 2, 50, { eligible: '03', metrics });
  assert.deepEqual(wrong, { slots: [0, 1, 2, 3, 4, 5, 6], reported: 0, short: 7, hasShare: false, earnsShare: true });
  assert.equal(weigh(all('eve', 5), 2, 50, { eligible: '03', metrics }).earnsShare, false);
  const right = weigh(all('ann', 12), 0, 50, { eligible: '03', metrics });
  assert.deepEqual([right.short, right.hasShare], [0, true]);
  const unknown = weigh([receipt(0, 'eve', { late: true })], 2, 50, { eligible: '', metrics: 'zz' });
  assert.deepEqual(unknown, { slots: [], reported: null, short: 0, hasShare: false, earnsShare: false });
});

test('bits of the contract’s bitmap', () => {
  assert.deepEqual([hasBit('03', 1), hasBit('03', 2), hasBit('', 9)], [true, false, false]);
  assert.deepEqual([withBit('03', 2), withBit('', 9), withBit('07', 2)], ['07', '0002', '07']);
});
