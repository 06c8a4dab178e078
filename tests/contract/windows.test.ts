import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../common/name.ts';
import { Box, DISPUTE_SECONDS } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const shares = (box: Box) => box.rows('seats').map((seat) => seat.shares);
const reportsOf = (box: Box, window: number) => box.rows('reports', BigInt(window));
const HASH = '[0-9a-f]{64}';

test('setoracle names and stops oracles', async () => {
  const box = await Box.create();
  await refuses(box.act('setoracle', { oracle: 'oracle1', active: true }, 'oracle1'), NO_AUTHORITY);
  await refuses(box.act('setoracle', { oracle: 'nobody', active: true }, 'dac'), /nobody is no account on this chain/);
  await refuses(box.act('setoracle', { oracle: 'oracle1', active: false }, 'dac'), /oracle1 is not an oracle/);
  await box.act('setoracle', { oracle: 'oracle1', active: true }, 'dac');
  await refuses(box.act('setoracle', { oracle: 'oracle1', active: true }, 'dac'), /oracle1 is an oracle already/);
  await box.act('setoracle', { oracle: 'oracle1', active: false }, 'dac');
  assert.deepEqual(box.rows('oracles'), []);
});

test('there are at most 21 oracles', async () => {
  const box = await Box.create();
  const names = Array.from({ length: 22 }, (_, i) => `orc${'abcdefghijklmnopqrstuv'[i]}`);
  box.accounts(...names);
  for (const oracle of names.slice(0, 21)) await box.act('setoracle', { oracle, active: true }, 'dac');
  await refuses(box.act('setoracle', { oracle: names[21], active: true }, 'dac'), /there are 21 oracles already/);
});

test('one oracle alone settles: a share for each eligible member', async () => {
  const box = await Box.running(1);
  box.pass(6);
  const window = box.window - 1;
  await box.report('oracle1', { eligible: [0, 2] });
  assert.deepEqual(shares(box), [1, 0, 1]);
  const row = box.row('windows');
  assert.deepEqual([row.window, row.epoch, row.reports, row.eligible], [window, 1, 1, '05']);
  assert.deepEqual([row.strategy, row.version, row.log_root], ['first-delivered', '0.1.0', 'ab'.repeat(32)]);
  assert.equal(row.hash, box.hashOf({ eligible: [0, 2] }), 'the hash is the documented one');
  assert.equal(box.row('config').last_window, window);
  assert.deepEqual([reportsOf(box, window), box.rows('open')], [[], []], 'reports go when the window is settled');
});

test('two oracles must agree', async () => {
  const box = await Box.running(2);
  box.pass(6);
  await box.report('oracle1');
  assert.deepEqual(shares(box), [0, 0, 0]);
  await box.report('oracle2', { eligible: [0] });
  assert.deepEqual(shares(box), [0, 0, 0], 'one of two is no strict majority');
  await box.report('oracle2');
  assert.deepEqual(shares(box), [1, 1, 1]);
});

test('two of three oracles settle, and the third is told both hashes', async () => {
  const box = await Box.running(3);
  box.pass(6);
  await box.report('oracle1');
  await box.report('oracle2', { eligible: [1] });
  assert.equal(box.rows('windows').length, 0);
  await box.report('oracle3');
  assert.deepEqual(shares(box), [1, 1, 1]);
  assert.deepEqual(
    box.rows('oracles').map((row) => row.open),
    [0, 0, 0],
  );
  const settled = new RegExp(`window ${box.window - 1} is settled with report ${box.hashOf()}, this report is `);
  await refuses(box.report('oracle2', { eligible: [1] }), new RegExp(settled.source + box.hashOf({ eligible: [1] })));
  await refuses(box.report('oracle2'), new RegExp(settled.source + box.hashOf()));
  assert.deepEqual(shares(box), [1, 1, 1], 'a window is never paid twice');
});

test('a repeated report counts once, and a new one replaces it', async () => {
  const box = await Box.running(3);
  box.pass(6);
  const window = box.window - 1;
  for (let i = 0; i < 3; i++) await box.report('oracle1');
  assert.equal(reportsOf(box, window).length, 1);
  await box.report('oracle1', { eligible: [0] });
  assert.deepEqual(
    reportsOf(box, window).map((row) => [row.oracle, row.hash]),
    [['oracle1', box.hashOf({ eligible: [0] })]],
  );
  await box.report('oracle2');
  assert.equal(box.rows('windows').length, 0, 'the replaced report does not count');
  assert.equal(box.rows('oracles')[0]?.open, 1);
});

test('a stopped oracle’s report counts no more', async () => {
  const box = await Box.running(3);
  box.pass(6);
  await box.report('oracle1');
  await box.act('setoracle', { oracle: 'oracle1', active: false }, 'dac');
  await refuses(box.report('oracle1'), /oracle1 is not an oracle of this pool/);
  await box.report('oracle2');
  assert.deepEqual(shares(box), [0, 0, 0], 'oracle2 is one of two now');
  await box.report('oracle3');
  assert.deepEqual(shares(box), [1, 1, 1]);
  assert.equal(box.row('windows').reports, 2);
  assert.deepEqual(
    box.rows('oracles').map((row) => row.account),
    ['oracle2', 'oracle3'],
  );
});

test('report needs the oracle’s authority and a registered oracle', async () => {
  const box = await Box.running(1);
  box.pass(6);
  await refuses(box.act('report', box.reportData('oracle1'), 'stranger'), NO_AUTHORITY);
  await refuses(box.report('stranger'), /stranger is not an oracle of this pool/);
});

test('a report needs metrics that fit their hash', async () => {
  const box = await Box.running(1);
  box.pass(6);
  const says = new RegExp(`the metrics have hash ${HASH}, but the report says ${'cd'.repeat(32)}`);
  await refuses(box.report('oracle1', { metricsHash: 'cd'.repeat(32) }), says);
  await refuses(box.report('oracle1', { metrics: 'm'.repeat(16385) }), /the metrics have 16385 bytes: at most 16384/);
});

test('only a window that is over can be reported', async () => {
  const box = await Box.running(1);
  box.pass(6);
  const running = box.window;
  const slot = running * 12;
  await refuses(
    box.report('oracle1', { window: running }),
    new RegExp(`window ${running} is not over: its last slot is ${slot + 11} and the chain is at slot ${slot}`),
  );
  const future = new RegExp(`window ${running + 1} lies in the future: the chain is in window ${running}`);
  await refuses(box.report('oracle1', { window: running + 1 }), future);
  await refuses(box.report('oracle1', { window: Number.MAX_SAFE_INTEGER }), /lies in the future/);
  box.pass(5.5);
  await refuses(box.report('oracle1', { window: running }), /is not over/);
  box.pass(0.5);
  await box.report('oracle1', { window: running });
});

test('the bitmap names members of that window only', async () => {
  const box = await Box.running(1);
  box.pass(6);
  const before = box.window - 1;
  await refuses(
    box.report('oracle1', { eligible: [3] }),
    new RegExp(`bit 3 of the bitmap names no member of window ${before}`),
  );
  await refuses(box.report('oracle1', { bitmap: Buffer.from([7, 0]) }), /the bitmap ends with an empty byte/);
  await refuses(
    box.report('oracle1', { bitmap: Buffer.alloc(14, 1) }),
    /the bitmap has 14 bytes: at most 13 are needed/,
  );
  await box.enrol('dave', 3);
  await refuses(box.report('oracle1', { eligible: [3] }), /bit 3 of the bitmap names no member/);
  await box.act('leave', { account: 'alice' }, 'alice');
  const left = box.window;
  box.pass(12);
  await box.report('oracle1', { window: before, eligible: [0, 1] });
  await box.report('oracle1', { window: left, eligible: [0, 3] });
  await refuses(box.report('oracle1', { window: left + 1, eligible: [0, 3] }), /bit 0 of the bitmap names no member/);
  await box.report('oracle1', { window: left + 1, eligible: [] });
  assert.deepEqual(shares(box), [2, 1, 0, 1]);
});

test('strategy and version are short and not empty', async () => {
  const box = await Box.running(1);
  box.pass(6);
  await refuses(box.report('oracle1', { strategy: 's'.repeat(33) }), /the strategy has 33 bytes: 1 to 32 are allowed/);
  await refuses(box.report('oracle1', { version: '' }), /the version has 0 bytes: 1 to 32 are allowed/);
  await box.report('oracle1', { strategy: 's'.repeat(32), version: 'v'.repeat(32) });
});

test('windows may settle out of order', async () => {
  const box = await Box.running(1);
  box.pass(18);
  await box.report('oracle1', { window: box.window - 1 });
  await box.report('oracle1', { window: box.window - 3 });
  assert.equal(box.row('config').last_window, box.window - 1);
  assert.deepEqual(shares(box), [2, 2, 2]);
});

test('a window of an epoch that is over is refused, pruned or not', async () => {
  const box = await Box.running(1);
  await box.settle(3);
  const last = box.window - 1;
  await box.earn(90_000);
  await box.act('close');
  const over = new RegExp(`belongs to an epoch that is over: report windows after ${last}`);
  await refuses(box.report('oracle1', { window: last }), over);
  await refuses(box.report('oracle1', { window: last - 1 }), over);
  await box.act('prune', { max: 10 });
  assert.deepEqual(box.rows('windows'), []);
  await refuses(box.report('oracle1', { window: last }), over);
});

test('prune erases rows of closed epochs only', async () => {
  const box = await Box.running(1);
  await box.settle(3);
  await refuses(box.act('prune', { max: 10 }), /nothing to prune: no window up to 0 is left/);
  await box.earn(90_000);
  await box.act('close');
  const closed = box.row('config').closed_through as number;
  await refuses(box.act('prune', { max: 0 }), /max is 0: 1 to 500 are allowed/);
  await refuses(box.act('prune', { max: 501 }), /max is 501: 1 to 500 are allowed/);
  await box.act('prune', { max: 1 });
  assert.equal(box.rows('windows').length, 2);
  await box.settle(1);
  const left = box.rows('windows').map((row) => row.window as number);
  assert.equal(left.length, 1, 'settling a window erases two old ones');
  assert.ok((left[0] as number) > closed);
});

test('an open window holds up the cut for the time to dispute, then it is lost and pruned', async () => {
  const box = await Box.running(2);
  await box.earn(90_000);
  box.pass(6);
  const open = box.window - 1;
  await box.report('oracle1');
  await box.settle(1, [0, 1, 2], 2);
  await refuses(
    box.act('cut'),
    new RegExp(`window ${open} is reported and not settled: settle it, or wait 594 seconds`),
  );
  box.pass(DISPUTE_SECONDS);
  await box.act('cut');
  await box.act('close');
  assert.equal(box.rows('oracles')[0]?.open, 1);
  await box.act('prune', { max: 10 });
  assert.deepEqual([box.rows('open'), reportsOf(box, open), box.rows('oracles')[0]?.open], [[], [], 0]);
});

test('an open window after the newest settled one holds nothing up and settles in the next epoch', async () => {
  const box = await Box.running(2);
  await box.earn(90_000);
  await box.settle(1, [0, 1, 2], 2);
  box.pass(6);
  await box.report('oracle1');
  await box.act('cut');
  await box.report('oracle2');
  assert.deepEqual(shares(box), [1, 1, 1]);
  assert.deepEqual(
    box.rows('windows').map((row) => row.epoch),
    [1, 2],
  );
});

test('an oracle cannot open windows without end', async () => {
  const box = await Box.running(2);
  box.pass(6 * 502);
  const last = box.window;
  for (let i = 1; i <= 500; i++) await box.report('oracle1', { window: last - i });
  await refuses(box.report('oracle1', { window: last - 501 }), /oracle1 has 500 reports that wait for others/);
  await box.report('oracle2', { window: last - 500 });
  await box.report('oracle1', { window: last - 501 });
  assert.equal(box.pool.tables.oracles?.().getTableRow(stringToName('oracle1'))?.open, 500);
});
