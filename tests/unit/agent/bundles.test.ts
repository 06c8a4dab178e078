import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import pino from 'pino';
import { Bundles } from '../../../agent/bundles.ts';
import { ReceiptStore, readReceiptFile } from '../../../agent/receipts.ts';
import type { Receipt } from '../../../common/agent.ts';
import { receiptDigest } from '../../../common/log-proof.ts';
import { bundleProblem, parseBundle, receiptProblem, signBundle } from '../../../common/receipt-bundle.ts';
import { signText } from '../../../common/signature.ts';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { scratch } from '../../support/processes.ts';
import { keyPair, POOL } from './support/emitter-side.ts';

const CHAIN = 'c1'.repeat(32);
const IDENTITY = { chain: CHAIN, pool: POOL };
const W = 141_514_733;
const [ME, ONE] = [keyPair('me').key, keyPair('one').key];
const END = slotTime(lastSlot(W)) + 500;

function receipt(slot: number, via?: string): Receipt {
  const said = {
    slot,
    id: '0d'.repeat(32),
    signer: ME.id,
    arrivedAt: slotTime(slot) - 50,
    ...(via !== undefined && { via }),
  };
  return { ...said, signature: signText(receiptDigest(IDENTITY, said), ONE), emitter: ONE.id };
}

test('a window’s receipts are handed over some seconds after it, signed by the member, and anew when more come', async (t) => {
  const dir = path.join(scratch(t), 'bundles');
  const store = new ReceiptStore(':memory:');
  t.after(() => store.close());
  const lines: { msg: string }[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const bundles = new Bundles({
    ...{ dir, logger },
    receipts: (window) => store.ofWindow(window, ME.id),
    sign: async (window, receipts) => signBundle(IDENTITY, window, receipts, ME),
  });
  const hand = async (slots: number[], now: number) => {
    store.keep('http://one', {
      receipts: slots.map((slot) => receipt(slot, slot % 2 ? 'emitter2' : undefined)),
      after: now,
    });
    bundles.add(W);
    await bundles.write(now);
  };
  await hand([firstSlot(W)], END + 3000);
  assert.throws(() => readdirSync(dir), { code: 'ENOENT' }, 'not yet');
  await bundles.write(END + 4001);
  const read = () => {
    const bundle = parseBundle(readFileSync(path.join(dir, `${W}.json`), 'utf8'));
    assert.ok('receipts' in bundle);
    assert.equal(bundleProblem(bundle, IDENTITY, W, new Map([[ME.id, 'me']])), null);
    for (const each of bundle.receipts) assert.equal(receiptProblem(each, IDENTITY, W, [ONE.id]), null);
    return bundle.receipts.length;
  };
  assert.equal(read(), 1);
  await hand([firstSlot(W) + 1, firstSlot(W) + 2], END + 9000);
  assert.equal(read(), 3);
  rmSync(dir, { recursive: true });
  writeFileSync(dir, 'in the way');
  await hand([firstSlot(W) + 3], END + 9000);
  assert.match(lines[0]?.msg ?? '', /the receipts of window 141514733 are not handed over: /);
  rmSync(dir);
  await bundles.write(END + 9001);
  assert.equal(read(), 4, 'tried again');
});

test('of bundles the newest windows’ stay, and nothing else in the folder goes', async (t) => {
  const dir = path.join(scratch(t), 'bundles');
  mkdirSync(dir);
  for (let i = 1; i <= 3001; i++) writeFileSync(path.join(dir, `${W - i}.json`), '');
  writeFileSync(path.join(dir, 'notes.txt'), '');
  const logger = pino({ level: 'silent' });
  const sign = async () => signBundle(IDENTITY, W, [], ME);
  const bundles = new Bundles({ dir, logger, receipts: () => [], sign });
  bundles.add(W);
  await bundles.write(END + 5000);
  const left = readdirSync(dir);
  assert.equal(left.length, 3001);
  assert.ok(left.includes('notes.txt') && left.includes(`${W}.json`) && !left.includes(`${W - 3000}.json`));
});

test('receipts older than thirty days are let go of, and an agent’s file can be read beside it', (t) => {
  const file = path.join(scratch(t), 'agent.sqlite');
  const store = new ReceiptStore(file);
  const old = firstSlot(W) - 30 * 24 * 3600 * 2;
  store.keep('http://one', { receipts: [receipt(old - 1), receipt(old), receipt(old + 1)], after: 1 });
  store.noteMissing([old - 1], 0);
  store.keep('http://one', { receipts: [receipt(firstSlot(W))], after: 2 });
  assert.deepEqual(store.ofWindow(Math.floor((old - 1) / 12), ME.id), []);
  assert.equal(store.ofWindow(Math.floor(old / 12), ME.id).length, 2);
  assert.deepEqual(readReceiptFile(file, W), [receipt(firstSlot(W))]);
  assert.equal(store.newestWindow(ME.id), W);
  assert.equal(store.newestWindow(ONE.id), null);
  store.close();
  assert.throws(() => readReceiptFile(path.join(file, 'x'), W), { code: 'receipts' });
});
