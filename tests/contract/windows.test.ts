import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringToName } from '../../common/name.ts';
import { Box } from './support/box.ts';
import { NO_AUTHORITY, refuses } from './support/refuses.ts';

const shares = (box: Box) => box.rows('seats').map((seat) => seat.shares);
const reportsOf = (box: Box, window: number) => box.rows('reports', window);
const HASH = '[0-9a-f]{64}';

test('one oracle alone settles: a share for each eligible member', async () => {
  const box = await Box.running(1);
  box.wait(6);
  const window = box.window - 1;
  await box.report('oracle1', { eligible: [0, 2] });
  assert.deepEqual(shares(box), [1, 0, 1]);
  const row = box.row('windows');
  assert.deepEqual([row.window, row.epoch, row.reports, row.eligible, row.voided], [window, 1, 1, '05', false]);
  assert.deepEqual([row.strategy, row.version, row.log_root], ['first-delivered', '0.1.0', 'ab'.repeat(32)]);
  assert.equal(row.hash, box.hashOf({ eligible: [0, 2] }), 'the hash is the documented one');
  assert.equal(box.state.last_window, window);
  assert.deepEqual([reportsOf(box, window), box.rows('open')], [[], []], 'reports go when the window is settled');
});

test('two oracles must agree', async () => {
  const box = await Box.running(2);
  box.wait(6);
  await box.report('oracle1');
  assert.deepEqual(shares(box), [0, 0, 0]);
  await box.report('oracle2', { eligible: [0] });
  assert.deepEqual(shares(box), [0, 0, 0], 'one of two is no strict majority');
  await box.report('oracle2');
  assert.deepEqual(shares(box), [1, 1, 1]);
});

test('two of three oracles settle, and a late or conflicting report is told both hashes', async () => {
  const box = await Box.running(3);
  box.wait(6);
  await box.report('oracle1');
  await box.report('oracle2', { eligible: [1] });
  assert.equal(box.rows('windows').length, 0);
  await box.report('oracle3');
  assert.deepEqual(shares(box), [1, 1, 1]);
  assert.deepEqual(
    box.rows('oracles').map((row) => row.open),
    [0, 0, 0],
  );
  const settled = `window ${box.window - 1} is settled with report ${box.hashOf()}, this report is `;
  await refuses(box.report('oracle2', { eligible: [1] }), new RegExp(settled + box.hashOf({ eligible: [1] })));
  await refuses(box.report('oracle2'), new RegExp(settled + box.hashOf()));
  assert.deepEqual(shares(box), [1, 1, 1], 'a window is never paid twice');
});

test('a repeated report counts once, and a new one replaces it: nobody backs two variants', async () => {
  const box = await Box.running(3);
  box.wait(6);
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
  box.wait(6);
  await box.report('oracle1');
  for (const member of ['alice', 'bob']) {
    await box.act('stop', { member, role: 'oracle', account: 'oracle1' }, member);
  }
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

test('report needs the oracle’s authority and an oracle', async () => {
  const box = await Box.running(1);
  box.wait(6);
  await refuses(box.act('report', box.reportData('oracle1'), 'stranger'), NO_AUTHORITY);
  await refuses(box.report('stranger'), /stranger is not an oracle of this pool/);
});

test('a report needs metrics that fit their hash, and labels', async () => {
  const box = await Box.running(1);
  box.wait(6);
  const says = new RegExp(`the metrics have hash ${HASH}, but the report says ${'cd'.repeat(32)}`);
  await refuses(box.report('oracle1', { metricsHash: 'cd'.repeat(32) }), says);
  await refuses(box.report('oracle1', { metrics: 'm'.repeat(16_385) }), /the metrics have 16385 bytes: at most 16384/);
  await refuses(box.report('oracle1', { strategy: 's'.repeat(33) }), /the strategy has 33 bytes: 1 to 32 are allowed/);
  await refuses(box.report('oracle1', { version: '' }), /the version has 0 bytes: 1 to 32 are allowed/);
  await box.report('oracle1', { strategy: 's'.repeat(32), version: 'v'.repeat(32), metrics: 'm'.repeat(16_384) });
});

test('only a window that is over can be reported', async () => {
  const box = await Box.running(1);
  box.wait(box.windowLeft);
  const running = box.window;
  const slot = running * 12;
  await refuses(
    box.report('oracle1', { window: running }),
    new RegExp(`window ${running} is not over: its last slot is ${slot + 11} and the chain is at slot ${slot}`),
  );
  const future = new RegExp(`window ${running + 1} lies in the future: the chain is in window ${running}`);
  await refuses(box.report('oracle1', { window: running + 1 }), future);
  await refuses(
    box.report('oracle1', { window: Number.MAX_SAFE_INTEGER }),
    /lies in the future|beyond the end of time/,
  );
  box.wait(5.5);
  await refuses(box.report('oracle1', { window: running }), /is not over/);
  box.wait(0.5);
  await box.report('oracle1', { window: running });
});

test('a window can be reported until its deadline, to the second', async () => {
  const box = await Box.running(1);
  box.wait(box.windowLeft);
  const window = box.window - 1;
  box.wait(599);
  await box.report('oracle1', { window });
  const late = await Box.running(1);
  late.wait(late.windowLeft);
  const missed = late.window - 1;
  late.wait(600);
  await refuses(
    late.report('oracle1', { window: missed }),
    new RegExp(`window ${missed} could be reported until 600 seconds after its end: members settle it with propsettle`),
  );
});

test('no window before the producer was registered is reported', async () => {
  const box = await Box.live();
  await box.pass(await box.proposeRole('oracle', 'oracle1'));
  box.wait(6);
  await refuses(box.report('oracle1'), /the producer was never registered: no window can be reported/);
  await box.decide('register', { on: true });
  const first = box.window;
  assert.equal(box.state.first_window, first);
  box.wait(6);
  await refuses(
    box.report('oracle1', { window: first - 1 }),
    new RegExp(`window ${first - 1} was before the producer was registered: windows from ${first} on are reported`),
  );
  await box.report('oracle1', { window: first });
});

test('settled windows keep their distance, on both sides', async () => {
  const box = await Box.running({ figures: { mingap: 10, deadline: 3600 } });
  box.wait(box.windowLeft + 6 * 40);
  const middle = box.window - 20;
  await box.report('oracle1', { window: middle });
  const near = (window: number, apart: number) =>
    new RegExp(
      `window ${window} is ${apart} windows from settled window ${middle}: the pool's windows are at least 10`,
    );
  await refuses(box.report('oracle1', { window: middle + 9 }), near(middle + 9, 9));
  await refuses(box.report('oracle1', { window: middle - 9 }), near(middle - 9, 9));
  await box.report('oracle1', { window: middle + 10 });
  await box.report('oracle1', { window: middle - 10 });
  await refuses(box.report('oracle1', { window: middle + 5 }), /is 5 windows from settled window/);
  await box.decide('void', { window: middle });
  await refuses(box.report('oracle1', { window: middle }), /was made void by the members/);
});

test('a void window does not hide the settled one behind it', async () => {
  const box = await Box.running({ figures: { deadline: 3600 } });
  box.wait(box.windowLeft + 6 * 40);
  const first = box.window - 30;
  await box.report('oracle1', { window: first });
  await box.report('oracle1', { window: first + 5 });
  await box.decide('void', { window: first + 5 });
  await box.decide('config', { figure: 'mingap', value: 10 });
  await refuses(box.report('oracle1', { window: first + 7 }), /is 7 windows from settled window/);
  await box.report('oracle1', { window: first + 10 });
});

test('the bitmap names members of that window only', async () => {
  const box = await Box.running({ figures: { notice: 0 } });
  box.wait(box.windowLeft);
  const before = box.window - 1;
  const unknown = (bit: number) => new RegExp(`bit ${bit} of the bitmap names no member of window \\d+`);
  await refuses(box.report('oracle1', { eligible: [3] }), unknown(3));
  await refuses(box.report('oracle1', { bitmap: Buffer.from([7, 0]) }), /the bitmap ends with an empty byte/);
  await refuses(
    box.report('oracle1', { bitmap: Buffer.alloc(14, 1) }),
    /the bitmap has 14 bytes: at most 13 are needed/,
  );
  await box.enrol('dave', 3);
  await refuses(box.report('oracle1', { window: before, eligible: [3] }), unknown(3));
  await box.self('leave', 'alice');
  const left = box.window;
  box.wait(12);
  await box.report('oracle1', { window: before, eligible: [0, 1] });
  await box.report('oracle1', { window: left, eligible: [0, 3] });
  await refuses(box.report('oracle1', { window: left + 1, eligible: [0, 3] }), unknown(0));
  await box.report('oracle1', { window: left + 1, eligible: [] });
  assert.deepEqual(shares(box), [2, 1, 0, 1]);
});

test('windows may settle out of order', async () => {
  const box = await Box.running(1);
  box.wait(18);
  await box.report('oracle1', { window: box.window - 1 });
  await box.report('oracle1', { window: box.window - 3 });
  assert.equal(box.state.last_window, box.window - 1);
  assert.deepEqual(shares(box), [2, 2, 2]);
});

test('a window of an epoch that is over is refused, pruned or not', async () => {
  const box = await Box.running({ figures: { deadline: 2_592_000 } });
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
  box.wait(6);
  await box.report('oracle1');
});

test('prune erases rows of closed epochs only', async () => {
  const box = await Box.running(1);
  await box.settle(3);
  await refuses(box.act('prune', { max: 10 }), /nothing to prune: no window up to 0 and no leaver's seat is left/);
  await box.earn(90_000);
  await box.act('close');
  const closed = box.state.closed_through as number;
  await refuses(box.act('prune', { max: 0 }), /max is 0: 1 to 500 are allowed/);
  await refuses(box.act('prune', { max: 501 }), /max is 501: 1 to 500 are allowed/);
  await box.act('prune', { max: 1 });
  assert.equal(box.rows('windows').length, 2);
  await box.settle(1);
  const left = box.rows('windows').map((row) => row.window as number);
  assert.equal(left.length, 1, 'settling a window erases two old ones');
  assert.ok((left[0] as number) > closed);
});

test('an oracle cannot open windows without end', async () => {
  const box = await Box.running({ oracles: 2, figures: { deadline: 10_000 } });
  box.wait(6 * 503);
  const last = box.window;
  box.checksBooks = false;
  for (let i = 1; i <= 500; i++) await box.report('oracle1', { window: last - i });
  await refuses(box.report('oracle1', { window: last - 501 }), /oracle1 has 500 reports that wait for others/);
  await box.report('oracle2', { window: last - 500 });
  await box.report('oracle1', { window: last - 501 });
  assert.equal(box.pool.tables.oracles?.().getTableRow(stringToName('oracle1'))?.open, 500);
});
