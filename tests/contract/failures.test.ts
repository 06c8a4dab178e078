import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box } from './support/box.ts';
import { answer, court, FEE, noRuling, open, rule } from './support/court.ts';
import { refuses } from './support/refuses.ts';

// Failures of other systems of this kind that no other file's test is named for.

const MEMBERS = ['alice', 'bob', 'carol', 'dave', 'erin'];
/** A loop without an end would hold the emulator for good. */
const LIMITED = { timeout: 60_000 };

/** All that the core token's books hold, by columns. */
function bookOf(box: Box): number[] {
  const { owed, bucket, infrastructure, escrow, deposits } = box.books();
  return [owed, bucket, infrastructure, escrow, deposits] as number[];
}

/** Bob is suspended, carol has given notice, dave left and has a share, erin has no key; one of two oracles was stopped. */
async function halfAsleep(): Promise<Box> {
  const box = await Box.running({ members: MEMBERS, oracles: 2, figures: { infra: 0 } });
  await box.settle(1, [0, 1, 2, 3, 4], 2);
  box.wait(6);
  await box.report('oracle1', { eligible: [0] });
  for (const member of ['alice', 'erin']) {
    await box.act('stop', { member, role: 'oracle', account: 'oracle1' }, member);
  }
  await box.decide('suspend', { account: 'bob', seconds: 7_000_000 });
  await box.self('leave', 'dave');
  box.wait(600);
  await box.act('depart', { account: 'dave' });
  await box.self('dropkey', 'erin');
  await box.self('leave', 'carol');
  return box;
}

test('an inactive participant makes no loop endless, and is paid for the time when it took part', LIMITED, async () => {
  const box = await halfAsleep();
  await box.report('oracle2', { eligible: [0] });
  await box.earn(61_003);
  await box.act('close');
  const paid = MEMBERS.map((account) => box.owed(account));
  assert.deepEqual(paid, [20_334, 10_167, 10_167, 10_167, 10_167]);
  await box.act('prune', { max: 500 });
  await box.act('refresh');
  const id = await box.propose('url', { url: 'https://other.example', location: 1 });
  await box.pass(id);
  assert.deepEqual([box.proposal(id)?.electors, box.config.url], [2, 'https://other.example']);
  for (const account of MEMBERS) await box.act('claim', { account, token: 0 });
});

test('the remainder of a division has an owner: it stays in the bucket and is divided next', LIMITED, async () => {
  const box = await halfAsleep();
  await box.report('oracle2', { eligible: [0] });
  await box.earn(61_003);
  await box.act('close');
  assert.deepEqual(bookOf(box), [61_002, 1, 0, 0, 0]);
  box.wait(6);
  await box.report('oracle2', { eligible: [0] });
  await box.earn(9);
  box.wait(600);
  await box.act('close');
  assert.deepEqual([box.owed('alice'), bookOf(box)], [20_334 + 10, [61_012, 0, 0, 0, 0]]);
});

test('arbitrators’ pay is not stranded: it is paid, or the fee goes back, however a case ends', async () => {
  const ends: [string, (box: Box) => Promise<void>, paid: number][] = [
    ['a ruling', (box) => ruled(box).then(() => box.act('enforce', { id: 1 })), FEE / 2],
    [
      'an escrow that was given back by the ruling',
      (box) => ruled(box, 'giveback').then(() => box.act('enforce', { id: 1 })),
      FEE / 2,
    ],
    [
      'no ruling in time',
      async (box) => {
        box.wait(600);
        await box.act('closecase', { id: 1 });
      },
      0,
    ],
    [
      'nobody left on the panel',
      async (box) => {
        for (const arbitrator of ['arbiter1', 'arbiter2', 'arbiter3'])
          await box.act('recuse', { arbitrator, id: 1 }, arbitrator);
      },
      0,
    ],
  ];
  for (const [what, end, paid] of ends) {
    const box = await court({ infra: 1000 });
    await box.transfer('eosio', 'dac', 1000);
    await box.act('sweep', { token: 0 });
    await box.decide('spend', { payee: 'worker', amount: '0.0100 EOS', days: 30 });
    await open(box, { respondent: 'worker', order: 1 });
    await refuses(box.act('refund', { id: 1 }, 'worker'), /order 1 is before the arbitrators/);
    await end(box);
    const pay = ['arbiter1', 'arbiter2', 'arbiter3'].map((account) => box.owed(account));
    assert.deepEqual(pay, [paid, paid, 0], what);
    assert.equal(box.free('alice'), 3 * FEE - 2 * paid, `${what}: what is not paid is the claimant's`);
    for (const account of ['arbiter1', 'arbiter2']) if (paid > 0) await box.act('claim', { account, token: 0 });
    assert.equal(box.balance('arbiter1'), paid, what);
  }
});

async function ruled(box: Box, act = 'none'): Promise<void> {
  await answer(box, 1, 'worker');
  for (const arbitrator of ['arbiter1', 'arbiter2']) await rule(box, arbitrator, { ...noRuling, act });
  box.wait(60);
}

test('the id of a proposal is never used again, also when it and all others are erased', async () => {
  const box = await Box.live();
  const ids: number[] = [];
  for (let round = 0; round < 3; round++) {
    const id = await box.propose('url', { url: '', location: 0 });
    ids.push(id);
    if (round === 0) await box.act('cancel', { proposer: 'alice', id }, 'alice');
    else await box.count(id);
    box.wait(7 * 86_400);
    await box.act('expire', { id });
    assert.deepEqual(box.rows('proposals'), []);
    await refuses(box.act('vote', { voter: 'alice', id, hash: box.terms, yes: true }, 'alice'), /there is no proposal/);
  }
  assert.deepEqual(ids, [1, 2, 3]);
});

test('strings at their limits: 255 bytes of UTF-8 everywhere, 32 in labels, and not one more', async () => {
  const box = await Box.running();
  const full = `${'ü'.repeat(127)}x`;
  const long = `${full}x`;
  const says = (what: string) => new RegExp(`the ${what} has 256 bytes: at most 255 are allowed`);
  await box.act('setinfo', { account: 'alice', url: full, location: 0, owners: full }, 'alice');
  for (const field of ['url', 'owners']) {
    const data = { account: 'alice', url: '', location: 0, owners: '', [field]: long };
    await refuses(box.act('setinfo', data, 'alice'), says(field));
  }
  await box.propose('url', { url: full, location: 0, text: full });
  await refuses(box.propose('url', { url: long, location: 0 }), says('url'));
  await refuses(box.propose('url', { url: '', location: 0, text: long }), says('text'));
  await refuses(box.proposeRole('emitter', 'worker', true, { endpoints: long }), /256 bytes/);
  box.wait(6);
  for (const label of ['', 'x'.repeat(33)]) {
    const wrong = /has (0|33) bytes: 1 to 32 are allowed/;
    await refuses(box.report('oracle1', { strategy: label }), wrong);
    await refuses(box.report('oracle1', { version: label }), wrong);
  }
  await box.report('oracle1', { strategy: 's'.repeat(32), version: 'v'.repeat(32) });
});
