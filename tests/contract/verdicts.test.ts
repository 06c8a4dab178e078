import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { refuses } from './support/refuses.ts';

const shares = (box: Box) => box.rows('seats').map((seat) => seat.shares);
const closing = (box: Box) => box.rows('seats').map((seat) => seat.closing);
const METRICS = 'cd'.repeat(32);
const settleData = (window: number, eligible = '07') => ({ window, eligible, metrics_hash: METRICS });

/** A window that nobody reported and whose deadline is over. */
async function missed(figures = {}): Promise<{ box: Box; window: number }> {
  const box = await Box.running({ figures });
  box.wait(box.windowLeft);
  const window = box.window - 1;
  box.wait(box.config.deadline as number);
  return { box, window };
}

test('members settle a window whose deadline is over', async () => {
  const { box, window } = await missed();
  await box.decide('settle', settleData(window, '05'));
  assert.deepEqual(shares(box), [1, 0, 1]);
  const row = box.row('windows');
  assert.deepEqual([row.window, row.reports, row.eligible, row.metrics_hash], [window, 0, '05', METRICS]);
  assert.deepEqual(box.rows('disputes'), []);
});

test('an unreported window is the oracles’ until its deadline, to the second', async () => {
  const box = await Box.running(1);
  box.wait(box.windowLeft);
  const window = box.window - 1;
  box.wait(599);
  const early = new RegExp(`window ${window} can be reported for 1 more seconds: members decide after that`);
  await refuses(box.propose('settle', settleData(window)), early);
  await refuses(box.propose('void', { window }), early);
  box.wait(1);
  await box.propose('settle', settleData(window));
});

test('members settle a settled window otherwise: the shares follow', async () => {
  const box = await Box.running(1);
  await box.settle(1, [0, 1]);
  const window = box.window - 1;
  await box.decide('settle', settleData(window, '06'));
  assert.deepEqual(shares(box), [0, 1, 1]);
  const row = box.row('windows');
  assert.deepEqual([row.eligible, row.reports, row.metrics_hash], ['06', 0, METRICS]);
  await refuses(box.report('oracle1', { window }), /was settled by the members, this report is [0-9a-f]{64}/);
});

test('a void window takes its shares back and stays void', async () => {
  const box = await Box.running(1);
  await box.settle(2);
  const window = box.window - 1;
  await box.decide('void', { window });
  assert.deepEqual(shares(box), [1, 1, 1]);
  await refuses(box.propose('void', { window }), new RegExp(`window ${window} is void and stays so`));
  await refuses(box.propose('settle', settleData(window)), /is void and stays so/);
  await refuses(box.report('oracle1', { window }), new RegExp(`window ${window} was made void by the members`));
});

test('members void a window that nobody settled: nobody settles it any more', async () => {
  const { box, window } = await missed();
  await box.decide('void', { window });
  assert.deepEqual([box.row('windows').voided, shares(box)], [true, [0, 0, 0]]);
});

test('reports of a window that members decide go', async () => {
  const box = await Box.running(2);
  box.wait(box.windowLeft);
  const window = box.window - 1;
  await box.report('oracle1', { window });
  box.wait(600);
  await box.decide('void', { window });
  assert.deepEqual([box.rows('open'), box.rows('reports', window), box.rows('oracles')[0]?.open], [[], [], 0]);
});

test('a window is in one dispute at a time, which ends with its proposal', async () => {
  const box = await Box.running(1);
  await box.settle(1);
  const window = box.window - 1;
  const id = await box.propose('void', { window });
  assert.deepEqual(
    box.rows('disputes').map((row) => [row.window, row.proposal]),
    [[window, id]],
  );
  await refuses(
    box.propose('settle', settleData(window), 'bob'),
    new RegExp(`window ${window} is disputed already, by proposal ${id}`),
  );
  await box.act('cancel', { proposer: 'alice', id }, 'alice');
  assert.deepEqual(box.rows('disputes'), []);
  const second = await box.propose('void', { window });
  await box.count(second);
  assert.deepEqual([box.proposal(second)?.status, box.rows('disputes')], [3, []], 'a rejection ends it too');
});

test('a dispute keeps the epoch open until its proposal has ended', async () => {
  const box = await Box.running({ figures: { votetime: 2000 } });
  await box.settle(2);
  await box.earn(90_000);
  box.wait(600);
  await box.settle(1);
  const id = await box.propose('void', { window: box.window - 1 });
  box.wait(600);
  await refuses(
    box.act('close'),
    new RegExp(`window ${box.state.last_window} is disputed by proposal ${id}: that has to end first`),
  );
  await box.voteAll(id);
  await box.count(id);
  await refuses(box.act('close'), /is disputed by proposal/);
  box.wait(10);
  await box.act('execute', { id });
  await box.act('close');
  assert.deepEqual(
    ['alice', 'bob', 'carol'].map((name) => box.owed(name)),
    [27_000, 27_000, 27_000],
  );
});

test('a dispute that nobody executes ends by expiring', async () => {
  const box = await Box.running(1);
  await box.settle(1);
  await box.earn(90_000);
  const id = await box.propose('void', { window: box.state.last_window });
  await box.voteAll(id);
  await box.count(id);
  box.wait(10 + 7 * 86_400);
  await refuses(box.act('close'), /is disputed by proposal/);
  await box.act('expire', { id });
  await box.act('close');
});

test('windows of the epoch that was cut are decided in it, within the time to dispute', async () => {
  const box = await Box.running({ figures: { dispute: 1000, deadline: 60 } });
  await box.settle(2);
  box.wait(6);
  const skipped = box.window - 1;
  box.wait(60);
  await box.settle(1);
  await box.earn(90_000);
  await box.settle(1);
  await box.act('cut');
  assert.deepEqual(
    [shares(box), closing(box)],
    [
      [0, 0, 0],
      [4, 4, 4],
    ],
  );
  await box.decide('settle', settleData(skipped, '01'));
  assert.deepEqual(closing(box), [5, 4, 4], 'one that was skipped');
  await box.decide('void', { window: box.state.closing_through });
  assert.deepEqual(closing(box), [4, 3, 3]);
  await box.decide('settle', settleData(skipped, '06'));
  assert.deepEqual(
    [closing(box), shares(box)],
    [
      [3, 4, 4],
      [0, 0, 0],
    ],
  );
  box.wait(1000);
  await refuses(box.propose('void', { window: skipped }), /the time to dispute window \d+ is over/);
  await box.act('close');
  await refuses(
    box.propose('void', { window: skipped }),
    /belongs to a closed epoch: windows after \d+ can be decided/,
  );
});

test('an epoch whose shares are all void passes its bucket on', async () => {
  const box = await Box.running(1);
  await box.settle(1);
  await box.earn(90_000);
  await box.settle(1);
  await box.act('cut');
  for (const row of box.rows('windows')) await box.decide('void', { window: row.window });
  box.wait(600);
  await box.act('close');
  assert.deepEqual([box.books().owed, box.books().bucket, box.books().closing_bucket], [0, 81_000, 0]);
});

test('a verdict names only members of its window and no window of the future', async () => {
  const { box, window } = await missed();
  await refuses(box.propose('settle', settleData(window, '08')), /bit 3 of the bitmap names no member of window/);
  await refuses(box.propose('settle', settleData(box.window)), /is not over/);
  await refuses(box.propose('void', { window: box.window + 5 }), /lies in the future/);
  await refuses(box.propose('void', { window: '18446744073709551615' }), /lies in the future|end of time/);
  await refuses(box.propose('void', { window: 5 }), /was before the producer was registered/);
});
