import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { Agent } from '../../../agent/agent.ts';
import { agentConfig } from '../../../agent/config.ts';
import { ReceiptStore } from '../../../agent/receipts.ts';
import { systemClock } from '../../../common/clock.ts';
import type { SigningKey } from '../../../common/signature.ts';
import { firstSlot } from '../../../common/slot.ts';
import { until } from '../../support/processes.ts';
import { EmitterSide, keyOf, keyPair, LOG_KEY, LOG_KEY_TEXT, POOL, receiptFor } from './support/emitter-side.ts';
import { FakeNode } from './support/fake-node.ts';

type Context = { after(fn: () => void): void };

/** A node, an emitter and the agent between them, over real HTTP. */
async function bench(t: Context, name = 'ann') {
  const node = new FakeNode();
  const url = await node.listen();
  const emitter = new EmitterSide(node.chainId);
  await emitter.start();
  const key = keyOf(name);
  node.emitterKeys.push(LOG_KEY_TEXT);
  emitter.members.set(key.signer, name);
  const said: string[] = [];
  const receipts = new ReceiptStore(':memory:');
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    lines.push(JSON.parse(line));
    said.push(JSON.parse(line).msg);
  };
  const logger = pino({ level: 'info' }, { write });
  const make = (emitters = emitter.address, pool = POOL) => {
    const config = agentConfig.parse({
      AGENT_POOL: pool,
      AGENT_DAC: 'pooldac',
      AGENT_KEY_FILE: 'given',
      AGENT_NODE: url,
      AGENT_EMITTERS: emitters,
    });
    const agent = new Agent({ config, key, clock: systemClock, logger, receipts });
    t.after(() => agent.stop());
    return agent;
  };
  t.after(() => {
    emitter.stop();
    node.close();
  });
  const lead = (leader: string, num = 100) => {
    const pause = leader === key.signer ? [] : [key.signer];
    emitter.agents.command({ type: 'lead', window: 7, leader, pause, head: { num, id: node.idOf(num) } });
  };
  return { node, emitter, key, said, lines, receipts, make, lead, last: () => emitter.words[emitter.words.length - 1] };
}

const quick = (what: string, condition: () => boolean) => until(what, condition, 5000);

test('the leader is resumed and says so, the next leader’s appointment pauses it', async (t) => {
  const { node, emitter, key, make, lead, last } = await bench(t);
  void make().run();
  await quick('a word', () => last()?.up === true);
  assert.deepEqual([last()?.signer, last()?.producing, last()?.headNum], [key.signer, false, 100]);
  lead(key.signer);
  await quick('the resume', () => last()?.producing === true);
  lead('0:other');
  await quick('the pause', () => last()?.producing === false);
  assert.deepEqual(node.did, ['resume', 'pause']);
  assert.deepEqual(emitter.paused, [], 'it may still be at its last block');
  await quick('what was kept from it is handed over', () => emitter.paused.length > 0);
  assert.deepEqual(emitter.paused, [key.signer]);
});

test('a leader whose node is behind is resumed when it has the block', async (t) => {
  const { node, key, make, lead, last } = await bench(t);
  void make().run();
  await quick('a word', () => last()?.up === true);
  lead(key.signer, 101);
  const asked = performance.now();
  await quick('some polls', () => performance.now() - asked > 100);
  assert.deepEqual(node.did, []);
  node.headNum = 101;
  await quick('the resume', () => last()?.producing === true);
});

test('an emitter that goes away changes nothing; it is dialled again and told how the node is', async (t) => {
  const { node, emitter, key, make, lead, last } = await bench(t);
  void make().run();
  await quick('a word', () => last()?.up === true);
  lead(key.signer);
  await quick('the resume', () => last()?.producing === true);
  emitter.stop();
  emitter.words.length = 0;
  await emitter.start();
  await quick('a word after the restart', () => last()?.producing === true);
  assert.deepEqual(node.did, ['resume']);
});

test('a node that ends is told at once, and when it is back', async (t) => {
  const { node, make, last } = await bench(t);
  void make().run();
  await quick('a word', () => last()?.up === true);
  node.hasProducerApi = false;
  const ended = performance.now();
  await quick('that it is gone', () => last()?.up === false);
  assert.ok(performance.now() - ended < 450, 'not only with the next regular report');
  node.hasProducerApi = true;
  await quick('that it is back', () => last()?.up === true);
});

test('a line that is cut for a moment does not make the node count as gone', async (t) => {
  const { emitter, make, last } = await bench(t);
  void make().run();
  await quick('a word', () => last()?.up === true);
  const words = emitter.words.length;
  emitter.cut();
  await quick('words on a new stream', () => emitter.words.length > words + 3);
  assert.ok(emitter.words.every(({ up }) => up));
});

const W = 141_514_733;

test('receipts of all emitters are kept, page by page, and what was read is not read again', async (t) => {
  const { node, emitter, key, receipts, make } = await bench(t);
  const slot = firstSlot(W);
  const receipt = (k: number, signer = key.signer) => receiptFor(slot + k, signer, node.chainId);
  emitter.receipts.push(receipt(0), receipt(1, '0:other'), receipt(2), receipt(3), receipt(4));
  void make().run();
  await quick('the receipts', () => receipts.slots(W, key.signer).length === 4);
  assert.deepEqual(receipts.slots(W, key.signer), [slot, slot + 2, slot + 3, slot + 4]);
  assert.equal(receipts.readUpTo(emitter.address), 5);
  assert.equal(receipts.refused(emitter.address), 0);
  assert.equal(node.tableReads, 1, 'the emitters’ keys are known from then on');
});

test('a receipt that was forged is no receipt: it is counted, and said', async (t) => {
  const { node, emitter, key, receipts, make, lines } = await bench(t);
  const slot = firstSlot(W);
  const receipt = (k: number, by?: SigningKey) => receiptFor(slot + k, key.signer, node.chainId, by);
  const stranger = keyPair('stranger');
  emitter.receipts.push(
    receipt(0),
    { ...receipt(1), slot: slot + 2 },
    receipt(3, stranger.key),
    { ...receipt(4, stranger.key), emitter: LOG_KEY.id },
    receiptFor(slot + 5, key.signer, 'c2'.repeat(32)),
    receipt(6),
  );
  void make().run();
  await quick('all pages', () => receipts.readUpTo(emitter.address) === 6);
  assert.deepEqual(receipts.slots(W, key.signer), [slot, slot + 6]);
  assert.equal(receipts.refused(emitter.address), 4);
  const told = lines.filter(({ msg }) => /gave receipts that prove nothing/.test(String(msg)));
  assert.deepEqual(
    told.map(({ refused, total }) => [refused, total]),
    [
      [1, 1],
      [2, 3],
      [1, 4],
    ],
  );
  assert.match(String(told[0]?.msg), /its signature is not by 0:/);
  assert.match(String(told[1]?.msg), /the contract names no emitter with the key 0:/);
});

test('an emitter that is registered later is known from its first receipt on', async (t) => {
  const { node, emitter, key, receipts, make } = await bench(t);
  const slot = firstSlot(W);
  const { key: next, text } = keyPair('next');
  emitter.receipts.push(receiptFor(slot, key.signer, node.chainId));
  void make().run();
  await quick('the first', () => receipts.readUpTo(emitter.address) === 1);
  node.emitterKeys.push(text);
  emitter.receipts.push(receiptFor(slot + 1, key.signer, node.chainId, next));
  await quick('the second', () => receipts.readUpTo(emitter.address) === 2);
  assert.deepEqual(receipts.slots(W, key.signer), [slot, slot + 1]);
  assert.equal(receipts.refused(emitter.address), 0);
});

test('an agent that ends is told to the selection', async (t) => {
  const { make, last } = await bench(t);
  const agent = make();
  void agent.run();
  await quick('a word', () => last()?.up === true);
  agent.stop();
  await quick('that it is gone', () => last()?.up === false);
});

test('of two emitters the newest command counts; each hears what the node does', async (t) => {
  const { node, emitter, key, make } = await bench(t);
  const second = new EmitterSide(node.chainId);
  await second.start();
  second.members.set(key.signer, 'ann');
  t.after(() => second.stop());
  void make(`${emitter.address},${second.address}/`).run();
  const word = (side: EmitterSide) => side.words[side.words.length - 1];
  await quick('both', () => word(emitter)?.up === true && word(second)?.up === true);
  second.agents.command({ type: 'lead', window: 8, leader: key.signer, pause: [], head: null });
  await quick('the resume', () => word(emitter)?.producing === true);
  emitter.agents.command({ type: 'lead', window: 7, leader: '0:other', pause: [key.signer], head: null });
  const asked = performance.now();
  await quick('some time', () => performance.now() - asked > 300);
  assert.deepEqual(node.did, ['resume'], 'window 7 is older than 8');
});

test('check: one line each when all is well', async (t) => {
  const { node, emitter, make } = await bench(t);
  const lines: string[] = [];
  for await (const line of make().check()) lines.push(line);
  assert.match(lines[0] ?? '', /v0\.0\.0-fake, block 100, paused/);
  assert.equal(lines[1], 'pooldac: names 1 emitter, whose receipts count');
  assert.equal(lines[2], `${emitter.address}: takes this key for that of ann`);
  assert.equal(node.did.length, 0);
});

test('check: trouble is one sentence', async (t) => {
  const { node, emitter, make } = await bench(t);
  const trouble = async (agent: Agent, sentence: RegExp) => {
    await assert.rejects(async () => {
      for await (const _ of agent.check());
    }, sentence);
  };
  await trouble(make(emitter.address, 'poolbq'), /works for the pool poolbp, not for poolbq/);
  const gone = new FakeNode();
  const nobody = await gone.listen();
  gone.close();
  await trouble(make(nobody), /the emitter http:\S+ does not answer: Error: connect ECONNREFUSED/);
  emitter.members.clear();
  await trouble(make(), /refused \/agent\/session: the key is not the signing key of a member/);
  emitter.agents.chainId = 'c2'.repeat(32);
  await trouble(make(), /not the signing key of a member of this pool, or was made for another chain/);
  emitter.agents.chainId = null;
  await trouble(make(), /refused \/agent\/session: the relay node has not answered yet/);
  node.hasProducerApi = false;
  await trouble(make(), /the node needs the plugin producer_api_plugin/);
});

test('an emitter that calls itself otherwise is not signed for', async (t) => {
  const { emitter, make } = await bench(t);
  emitter.stop();
  emitter.alias = 'http://emitter.example:9701';
  await emitter.start();
  await assert.rejects(async () => {
    for await (const _ of make().check());
  }, /calls itself http:\/\/emitter\.example:9701; its operator has to set EMITTER_URL/);
});

test('a node that is not on a loopback address is warned about', async (t) => {
  const { said, key, receipts } = await bench(t);
  const config = agentConfig.parse({
    AGENT_POOL: POOL,
    AGENT_KEY_FILE: 'given',
    AGENT_NODE: 'http://10.0.0.1:8888',
    AGENT_EMITTERS: 'http://127.0.0.1:1',
  });
  const logger = pino({ level: 'info' }, { write: (line) => said.push(JSON.parse(line).msg) });
  assert.ok(new Agent({ config, key, clock: systemClock, logger, receipts }));
  assert.match(said.join(), /not on a loopback address: who can reach its producer API can stop the node/);
});
