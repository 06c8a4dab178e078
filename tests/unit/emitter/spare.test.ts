import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Spare } from '../../../emitter/session/spare.ts';

const KB = 1024;

test('what was prepared is handed out once, for a frame like the last one', () => {
  const spare = new Spare();
  const first = spare.take(300 * KB);
  spare.prepare();
  const second = spare.take(310 * KB);
  const third = spare.take(310 * KB);
  assert.deepEqual([first.length, second.length, third.length], [300 * KB, 310 * KB, 310 * KB]);
  assert.ok(second.buffer.byteLength > 310 * KB, 'a part of what was prepared');
  assert.equal(third.buffer.byteLength, 310 * KB, 'of its own');
  assert.notEqual(first.buffer, second.buffer);
});

test('short frames leave it alone, longer ones than it can hold too', () => {
  const spare = new Spare();
  spare.take(300 * KB);
  spare.prepare();
  assert.equal(spare.take(100).buffer.byteLength, 100);
  assert.equal(spare.take(900 * KB).buffer.byteLength, 900 * KB);
  assert.ok(spare.take(300 * KB).buffer.byteLength > 300 * KB);
});

test('before a long frame has come there is none, and one that was too short makes way for a longer one', () => {
  const spare = new Spare();
  spare.take(20 * KB);
  spare.prepare();
  assert.equal(spare.take(200 * KB).buffer.byteLength, 200 * KB);
  spare.prepare();
  spare.take(4000 * KB);
  spare.prepare();
  assert.ok(spare.take(4000 * KB).buffer.byteLength > 4000 * KB);
});

test('it is told whether a long frame took it: not before there was one, and not after the next is at hand', () => {
  const spare = new Spare();
  spare.prepare();
  assert.equal(spare.isTaken, false);
  spare.take(20_000);
  assert.equal(spare.isTaken, false);
  spare.prepare();
  spare.take(300_000);
  assert.equal(spare.isTaken, true);
  spare.prepare();
  assert.equal(spare.isTaken, false);
});
