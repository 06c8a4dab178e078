import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCredits } from '../../../cli/run/books.ts';
import { keyId } from '../../../common/keys.ts';
import { slotOfTimestamp, windowOf } from '../../../common/slot.ts';
import { authorityOf } from '../../support/authority.ts';
import { Box } from '../../support/box.ts';
import { until } from '../../support/processes.ts';

const box = new Box();
const { dac, pool } = box.run;
const LEFT = 4;

interface Schedule {
  active: { producers: { producer_name: string; authority: [number, { keys: { key: string }[] }] }[] };
}

/** The keys that may sign the pool's blocks now, as "type:hex". */
async function poolKeys(): Promise<string[]> {
  const { active } = await box.chain.post<Schedule>('/v1/chain/get_producer_schedule');
  const producer = active.producers.find(({ producer_name }) => producer_name === pool);
  return (producer?.authority[1].keys ?? []).map(({ key }) => keyId(key));
}

/** A member that earned something and did not claim it yet. */
async function creditor(): Promise<{ account: string; owed: bigint }> {
  const found = [...(await readCredits(box.chain, dac)).values()].find(({ owed }) => owed > 0n);
  assert.ok(found, 'a member is owed something: books.test.ts left one without its claim');
  return found;
}

test('a member leaves: its key signs no more, it has no say any more, and what it earned is paid', {
  timeout: 300_000,
}, async () => {
  const { account, owed } = await creditor();
  const others = box.run.members.filter((member) => member.account !== account).map((member) => member.account);
  const [by = ''] = others;
  const signer = keyId(box.run.members.find((member) => member.account === account)?.signingKey ?? '');
  assert.ok((await poolKeys()).includes(signer));
  await box.push('leave', { account }, account);
  await until('the end of the notice', () =>
    box.push('depart', { account }, by).then(
      () => true,
      () => false,
    ),
  );
  const rows = await box.chain.rows<{ account: string; status: number }>(dac, dac, 'members');
  assert.equal(rows.find((row) => row.account === account)?.status, LEFT);
  const { owner } = await authorityOf(box.chain, dac);
  assert.deepEqual(owner?.accounts, [...others, `${dac}@eosio.code`].sort());
  await assert.rejects(
    box.push('propurl', { proposer: account, url: '', location: 0, text: '' }, account),
    /is leaving, suspended or gone/,
  );

  await until('a schedule without its key', async () => !(await poolKeys()).includes(signer));
  const from = box.lastSeq;
  // The node tells of the block it is at: the schedule may be active only after the first block of the next window.
  const last = windowOf(slotOfTimestamp((await box.chain.info()).head_block_time)) + 1;
  const whole = await box.event(from, 'window', (event) => event.window > last);
  assert.equal(whole.emitted, 12);
  for (const { event } of box.eventsAfter(from)) {
    if (event.type !== 'candidate' && event.type !== 'emission') continue;
    if (event.signer !== signer || windowOf(event.slot) <= last) continue;
    assert.ok(event.type === 'candidate' && event.verdict === 'invalid', `${event.type} in slot ${event.slot}`);
  }

  const before = await box.chain.balance('eosio.token', account, 'EOS');
  await box.push('claim', { account, token: 0 }, by);
  assert.equal(await box.chain.balance('eosio.token', account, 'EOS'), before + owed);
});
