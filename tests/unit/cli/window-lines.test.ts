import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WindowLines } from '../../../cli/run/window-lines.ts';
import { until } from '../../support/processes.ts';

const NAMES = ['emitter1', 'emitter2', 'emitter3'];
const LONG_MS = 60_000;

function lines(names: string[], patienceMs = LONG_MS) {
  const told: string[] = [];
  const windows = new WindowLines(
    () => names,
    (window, text) => told.push(`${window}: ${text}`),
    patienceMs,
  );
  return { windows, told };
}

test('a single emitter’s word is told at once, and no emitter is named', () => {
  const { windows, told } = lines(['emitter']);
  windows.closed(7, 'emitter', 11);
  windows.closed(9, 'emitter', 12);
  assert.deepEqual(told, ['7: 11 of 12 slots emitted', '9: 12 of 12 slots emitted']);
});

test('what all say is one line, told when the last one has said it', () => {
  const { windows, told } = lines(NAMES);
  for (const [i, name] of NAMES.entries()) {
    assert.equal(told.length, 0, `after ${i}`);
    windows.closed(7, name, 12);
  }
  assert.deepEqual(told, ['7: 12 of 12 slots emitted']);
});

test('emitters that differ are named', () => {
  const { windows, told } = lines(NAMES);
  windows.closed(7, 'emitter2', 12);
  windows.closed(7, 'emitter1', 9);
  windows.closed(7, 'emitter3', 12);
  assert.deepEqual(told, ['7: 12 of 12 slots emitted by emitter2, 9 by emitter1, 12 by emitter3']);
});

test('one that says nothing is named after a while, and what it says later of that window is not told', async () => {
  const { windows, told } = lines(NAMES, 20);
  windows.closed(7, 'emitter1', 12);
  windows.closed(7, 'emitter3', 12);
  await until('the line', () => told.length > 0);
  windows.closed(7, 'emitter2', 4);
  windows.closed(9, 'emitter2', 12);
  await until('the next line', () => told.some((line) => line.startsWith('9')));
  assert.deepEqual(told, [
    '7: 12 of 12 slots emitted, no word from emitter2',
    '9: 12 of 12 slots emitted, no word from emitter1, emitter3',
  ]);
});
