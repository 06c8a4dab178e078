import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import pino from 'pino';
import { Collector } from '../../../agent/collector.ts';
import { MadeSlots } from '../../../agent/made.ts';
import type { NodeView } from '../../../agent/node.ts';
import { ReceiptCheck } from '../../../agent/receipt-check.ts';
import { ReceiptStore } from '../../../agent/receipts.ts';
import type { Receipt, ReceiptPage } from '../../../common/agent.ts';
import { receiptDigest } from '../../../common/log-proof.ts';
import { type SigningKey, signText } from '../../../common/signature.ts';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { scratch, until } from '../../support/processes.ts';
import { keyPair, POOL } from './support/emitter-side.ts';

const CHAIN = 'c1'.repeat(32);
const ME = '0:me';
const W = 141_514_733;
const SLOT = firstSlot(W);
const [ONE, TWO] = [keyPair('one').key, keyPair('two').key];
const [AT_ONE, AT_TWO] = ['http://one', 'http://two'];

function receipt(slot: number, key: SigningKey, via?: string): Receipt {
  const said = { slot, id: '0d'.repeat(32), signer: ME, arrivedAt: 5, ...(via !== undefined && { via }) };
  return { ...said, signature: signText(receiptDigest({ chain: CHAIN, pool: POOL }, said), key), emitter: key.id };
}

/** An agent's collector with two emitters, whose receipts are what `gives` says; null: it cannot be asked. The node made the slots 0 to 2 of a window. */
function bench(t: TestContext, gives: Record<string, Receipt[] | null>, file = ':memory:') {
  const store = new ReceiptStore(file);
  const ended = new AbortController();
  const lines: { msg: string; level: number; emitter?: string; missing?: number[]; passedOn?: number[] }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const made = new MadeSlots(POOL);
  const view = (slot: number): NodeView => {
    return { state: 'producing', headNum: slot, headProducer: POOL, headId: null, headTime: slotTime(slot) };
  };
  for (const k of [0, 1, 2]) made.seen(view(SLOT + k - 1), view(SLOT + k));
  let isOver = false;
  const clock = { now: () => slotTime(lastSlot(W)) + (isOver ? 60_000 : 0) };
  const links = [AT_ONE, AT_TWO].map((address) => ({
    address,
    receipts: async (after: number): Promise<ReceiptPage | null> => {
      const all = gives[address];
      return all ? { receipts: all.slice(after), after: all.length } : null;
    },
  }));
  const emitterKeys = async () => [ONE.id, TWO.id];
  const check = new ReceiptCheck({ pool: POOL, signer: ME, chainId: async () => CHAIN, emitterKeys });
  const collector = new Collector({ links, store, check, made, signer: ME, clock, logger });
  const running = collector.run(ended.signal);
  t.after(async () => {
    ended.abort();
    await running;
    store.close();
  });
  const over = () => {
    isOver = true;
  };
  return { store, lines, over };
}

const told = (lines: { msg: string }[], text: RegExp) => lines.filter(({ msg }) => text.test(msg));

test('a candidate for which one emitter gave no receipt is told, with that emitter’s name', async (t) => {
  const all = [0, 1, 2].map((k) => receipt(SLOT + k, ONE));
  const { store, lines, over } = bench(t, { [AT_ONE]: all, [AT_TWO]: [receipt(SLOT, TWO), receipt(SLOT + 2, TWO)] });
  over();
  await until('it is told', () => told(lines, /gave no receipt/).length > 0, 10_000);
  const [line, ...more] = told(lines, /gave no receipt/) as typeof lines;
  assert.deepEqual([line?.emitter, line?.missing, more], [AT_TWO, [SLOT + 1], []]);
  assert.match(line?.msg ?? '', /the emitter http:\/\/two gave no receipt for these slots: others did/);
  assert.deepEqual([store.missingAt(AT_ONE), store.missingAt(AT_TWO)], [[], [SLOT + 1]]);
});

test('an emitter that never gave a receipt is told as well, and whether it could be asked', async (t) => {
  const all = [0, 1, 2].map((k) => receipt(SLOT + k, ONE));
  const gives: Record<string, Receipt[] | null> = { [AT_ONE]: all, [AT_TWO]: null };
  const { store, lines, over } = bench(t, gives);
  over();
  await until(
    'it is told',
    () => told(lines, /two gave no receipt for these slots: it could not be asked/).length > 0,
    10_000,
  );
  assert.deepEqual(store.missingAt(AT_TWO), [SLOT, SLOT + 1, SLOT + 2]);
  // It is back, and had them.
  gives[AT_TWO] = [0, 2].map((k) => receipt(SLOT + k, TWO));
  await until('they are found', () => store.missingAt(AT_TWO).length === 1, 10_000);
  assert.deepEqual(store.missingAt(AT_TWO), [SLOT + 1]);
});

test('an emitter that hands out another’s receipts gives none', async (t) => {
  const all = [0, 1, 2].map((k) => receipt(SLOT + k, ONE));
  const { store, lines, over } = bench(t, { [AT_ONE]: all, [AT_TWO]: all });
  over();
  await until('it is told', () => told(lines, /two gave no receipt/).length > 0, 10_000);
  assert.match(
    told(lines, /prove nothing/)[0]?.msg ?? '',
    /its key is that of the emitter http:\/\/one, and each gives its own/,
  );
  assert.deepEqual([store.refused(AT_ONE), store.refused(AT_TWO)], [0, 3]);
});

test('a candidate that another emitter passed on has a receipt that says so, and it is told', async (t) => {
  const all = [0, 1, 2].map((k) => receipt(SLOT + k, ONE));
  const { store, lines, over } = bench(t, {
    [AT_ONE]: all,
    [AT_TWO]: [receipt(SLOT, TWO), receipt(SLOT + 1, TWO, 'emitter1'), receipt(SLOT + 2, TWO, 'emitter1')],
  });
  over();
  await until('it is told', () => told(lines, /only from/).length > 0, 10_000);
  const [line] = told(lines, /only from/) as typeof lines;
  assert.deepEqual([line?.emitter, line?.passedOn], [AT_TWO, [SLOT + 1, SLOT + 2]]);
  assert.match(line?.msg ?? '', /http:\/\/two had these blocks only from emitter1: is the node connected to it\?/);
  assert.deepEqual([store.missingAt(AT_TWO), told(lines, /no receipt/)], [[], []]);
});

test('whether it was passed on is under the signature: it can be neither left out nor put in', async () => {
  const emitterKeys = async () => [TWO.id];
  const check = new ReceiptCheck({ pool: POOL, signer: ME, chainId: async () => CHAIN, emitterKeys });
  const { via: _, ...direct } = receipt(SLOT, TWO, 'emitter1');
  const changed = [direct, { ...receipt(SLOT, TWO), via: 'emitter1' }, { ...receipt(SLOT, TWO, 'emitter1'), via: 'x' }];
  const { good, refused } = await check.sort([receipt(SLOT, TWO, 'emitter1'), ...changed]);
  assert.deepEqual([good.length, refused.length], [1, 3]);
});

test('a file of an earlier release goes on, with its receipts', (t) => {
  const file = path.join(scratch(t), 'agent.sqlite');
  const old = new DatabaseSync(file);
  old.exec(`CREATE TABLE receipts (
    emitter TEXT NOT NULL, slot INTEGER NOT NULL, id TEXT NOT NULL, signer TEXT NOT NULL,
    arrived_at INTEGER NOT NULL, signature TEXT NOT NULL, PRIMARY KEY (emitter, slot, id, signer)) STRICT;
    INSERT INTO receipts VALUES ('${ONE.id}', ${SLOT}, 'aa', '${ME}', 1, 'x')`);
  old.close();
  const store = new ReceiptStore(file);
  t.after(() => store.close());
  assert.deepEqual([store.slots(W, ME), store.addressOf(ONE.id)], [[SLOT], null]);
  store.keep(AT_ONE, { receipts: [receipt(SLOT + 1, ONE)], after: 1 });
  assert.deepEqual([store.slots(W, ME), store.addressOf(ONE.id)], [[SLOT, SLOT + 1], AT_ONE]);
});
