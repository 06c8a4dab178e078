import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../../../devnet/wait.ts';
import { Words } from '../../../../emitter/decide/words.ts';
import { BOUNDS } from '../../../../emitter/exchange/bounds.ts';
import { encodeAnnouncement } from '../../../../emitter/exchange/messages.ts';
import { TestEmitter, testBlock } from '../../../support/exchange-world.ts';
import { FakeNats } from '../../../support/fake-nats.ts';
import { signingKey } from '../../../support/signed-chain.ts';
import { votingOf } from '../../../support/voting.ts';

const SEEN = 'bppool.pool.seen.';
const MEMBER = signingKey('member').id;

function wordsOf(name: string): Words {
  const keyOf = (one: string) => (['a', 'b'].includes(one) ? signingKey(one).id : null);
  return new Words({ voting: votingOf('pool', name), keyOf, now: () => Date.now() });
}

const until = (what: string, is: () => boolean) => eventually(what, async () => is() || undefined, 10_000, 2);

test('who writes into the cluster without an emitter’s key tells nothing of members and blocks, and keeps no emitter from being heard', async (t) => {
  const block = testBlock(1);
  const bus = new FakeNats();
  const [b, a] = ['b', 'a'].map((name) => new TestEmitter(bus.connect(), name, [block], { words: wordsOf(name) })) as [
    TestEmitter,
    TestEmitter,
  ];
  t.after(() => {
    for (const { exchange } of [a, b]) exchange.stop();
  });
  const intruder = bus.connect();
  const heard: string[] = [];
  intruder.subscribe(`${SEEN}*`, {
    callback: (_, { subject, data }) => {
      if (subject === `${SEEN}a`) heard.push(Buffer.from(data).toString());
    },
  });
  // As many as are listened to, before a is there.
  for (let n = 0; n <= BOUNDS.emitters; n++)
    intruder.publish(`${SEEN}e${n}`, wordsOf(`e${n}`).seal(`${SEEN}e${n}`, '{}'));
  a.exchange.member(MEMBER, true);
  await until('b knows of the member', () => b.members.some(({ signer, up }) => signer === MEMBER && up));
  a.exchange.member(MEMBER, false);
  await until('and that it is gone', () => b.members.at(-1)?.up === false);
  const { length } = b.members;
  const lie = encodeAnnouncement({ members: [MEMBER], blocks: [block], asks: true });
  for (const text of [lie, wordsOf('e1').seal(`${SEEN}a`, lie), ...heard]) intruder.publish(`${SEEN}a`, text);
  await sleep(2 * BOUNDS.waitMs);
  assert.deepEqual([b.members.length, b.exchange.counts.asked], [length, 0]);
  assert.ok(b.exchange.counts.unsigned >= BOUNDS.emitters + 2);
  a.keep(block);
  await until('the block came', () => b.received.length === 1);
  assert.deepEqual([b.exchange.others, b.faults], [['a'], []]);
});
