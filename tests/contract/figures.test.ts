import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { refuses } from './support/refuses.ts';

const DAY = 86_400;
const MAX_UNITS = 4611686018427387903n;

/** Each figure with its least and its largest value and its column. */
const ranges: [string, number, number | bigint, string][] = [
  ['eligible', 1, 100, 'eligible_percent'],
  ['infra', 0, 1000, 'infra_permille'],
  ['mingap', 0, 100, 'mingap'],
  ['deadline', 60, 30 * DAY, 'deadline'],
  ['dispute', 0, 30 * DAY, 'dispute'],
  ['votetime', 1, 30 * DAY, 'votetime'],
  ['locktime', 0, 30 * DAY, 'locktime'],
  ['grace', 0, 90 * DAY, 'grace'],
  ['probation', 0, 365 * DAY, 'probation'],
  ['notice', 0, 90 * DAY, 'notice'],
  ['challenge', 60, 30 * DAY, 'challenge'],
  ['changegap', 0, 30 * DAY, 'changegap'],
  ['pausetime', 60, 3 * DAY, 'pausetime'],
  ['casetime', 60, 180 * DAY, 'casetime'],
  ['appealtime', 0, 30 * DAY, 'appealtime'],
  ['bond', 0, MAX_UNITS, 'bond'],
  ['casefee', 0, MAX_UNITS, 'casefee'],
  ['monthlimit', 0, MAX_UNITS, 'monthlimit'],
];

test('each figure takes its least and its largest value and nothing beyond', async () => {
  const box = await Box.founding();
  const set = (figure: string, value: number | bigint) => box.act('setfigure', { figure, value: String(value) }, 'dac');
  for (const [figure, least, most, column] of ranges) {
    const says = /(least|most|allowed)/;
    await refuses(set(figure, BigInt(most) + 1n), says);
    if (least > 0) await refuses(set(figure, least - 1), says);
    await refuses(set(figure, 2n ** 64n - 1n), says);
    await set(figure, most);
    assert.equal(box.config[column], Number(most), figure);
    await set(figure, least);
    assert.equal(box.config[column], least, figure);
  }
});

test('an open pool needs a bond, and a bond is kept while it is open', async () => {
  const box = await Box.founding();
  const set = (figure: string, value: number) => box.act('setfigure', { figure, value }, 'dac');
  await refuses(set('open', 1), /an open pool needs a bond: set bond first/);
  await set('bond', 5);
  await set('open', 1);
  assert.equal(box.config.open, true);
  await refuses(set('bond', 0), /an open pool needs a bond/);
  await refuses(set('open', 2), /open is 2: 0 to 1 are allowed/);
  await set('open', 0);
  await set('bond', 0);
});

test('a figure that does not exist is refused, also in a proposal', async () => {
  const box = await Box.live();
  await refuses(box.propose('config', { figure: 'nosuch', value: 1 }), /there is no figure nosuch/);
  await refuses(box.propose('config', { figure: 'eligible', value: 0 }), /eligible is 0: 1 to 100 are allowed/);
});

test('a figure changes by vote, and the vote on it runs by the old figures', async () => {
  const box = await Box.live();
  const id = await box.propose('config', { figure: 'votetime', value: 5000 });
  assert.deepEqual([box.config.votetime, box.proposal(id)?.two_thirds], [60, true]);
  await box.pass(id);
  assert.equal(box.config.votetime, 5000);
});

test('the figures of the rules need two thirds, others more than half', async () => {
  const box = await Box.live();
  for (const [figure, value] of [
    ['votetime', 2],
    ['locktime', 2],
    ['grace', 2],
  ] as const) {
    assert.equal(box.proposal(await box.propose('config', { figure, value }))?.two_thirds, true, figure);
  }
  for (const figure of ['dispute', 'monthlimit', 'notice', 'deadline']) {
    const id = await box.propose('config', { figure, value: 100 }, 'bob');
    assert.equal(box.proposal(id)?.two_thirds, false, figure);
  }
});
