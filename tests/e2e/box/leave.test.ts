import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { readCredits } from '../../../common/governance/treasury.ts';
import { keyId } from '../../../common/keys.ts';
import { firstSlot, slotOfTimestamp, windowOf } from '../../../common/slot.ts';
import { privateKey } from '../../../devnet/keys.ts';
import { authorityOf } from '../../support/authority.ts';
import { Box } from '../../support/box.ts';
import { scratch, until } from '../../support/processes.ts';
import { TAKEN, Witness } from '../../support/witness.ts';

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
  const found = (await readCredits(box.chain, dac)).find(({ owed }) => owed > 0n);
  assert.ok(found, 'a member is owed something: books.test.ts left one without its claim');
  return found;
}

let witness: Witness;
const endings: (() => unknown)[] = [];
/** A hook that is made in another one ends with that one: so the witness is told of the file's end here. */
after(async () => {
  for (const end of endings.reverse()) await end();
});
let leaver: { account: string; owed: bigint };

/** The private half of a member's signing key. */
function secretOf(account: string): string {
  const keys = JSON.parse(readFileSync(box.run.keys, 'utf8')) as Record<string, string>;
  const key = box.run.members.find((member) => member.account === account)?.signingKey;
  return privateKey(keys, key as string);
}

before(async () => {
  leaver = await creditor();
  const atEnd = (end: () => unknown) => void endings.push(end);
  witness = await Witness.start(box, scratch({ after: atEnd }), atEnd);
});

test('while it is a member a block with its signature is taken by another node', { timeout: 120_000 }, async () => {
  await witness.hold(0);
  assert.equal(await witness.offer(secretOf(leaver.account)), TAKEN);
  await witness.release(box);
});

test('a member leaves: its key signs no more, it has no say any more, and what it earned is paid', {
  timeout: 300_000,
}, async () => {
  const { account, owed } = leaver;
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

test('then another node refuses a block with its signature, and takes the same one with that of who stayed', {
  timeout: 120_000,
}, async () => {
  const { account } = leaver;
  const [stayed = ''] = box.run.members.map((member) => member.account).filter((name) => name !== account);
  // The change of authority is active by then: the test before waited for a whole window of it.
  const { head_block_time } = await box.chain.info();
  const block = await witness.hold(firstSlot(windowOf(slotOfTimestamp(head_block_time))));
  assert.match(await witness.offer(secretOf(account)), new RegExp(`bad block exception .*#${block.num} `));
  assert.equal(await witness.head(), block.previous);
  assert.equal(await witness.offer(secretOf(stayed)), TAKEN);
  await witness.release(box);
});
