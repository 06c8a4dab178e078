import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { firstSlot, lastSlot, slotTime } from '../../../common/slot.ts';
import { emitterConfig } from '../../../emitter/config.ts';
import { untilWindowIsOver } from '../../../emitter/drain.ts';
import { compareConfig, tellChanges } from '../../../emitter/reload.ts';

const WINDOW = 1_000_001;

/** A clock that stands still unless it is moved. */
function running(window: number | null, now: number) {
  const time = { now };
  return { time, chooser: { now: () => time.now, openWindow: window } };
}

/** Whether a promise is settled after some turns of the event loop and more than one look. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  for (let i = 0; i < 4 && !done; i++) await new Promise((resolve) => setTimeout(resolve, 25));
  return done;
}

test('outside of a window there is nothing to wait for', async () => {
  assert.equal(await isDone(untilWindowIsOver(running(null, 0).chooser, () => true)), true);
});

test('in a window it lasts until 200 ms after its last slot', async () => {
  const end = slotTime(lastSlot(WINDOW)) + 200;
  const { time, chooser } = running(WINDOW, slotTime(firstSlot(WINDOW)));
  const drained = untilWindowIsOver(chooser, () => true);
  assert.equal(await isDone(drained), false);
  time.now = end - 1;
  assert.equal(await isDone(drained), false);
  time.now = end;
  assert.equal(await isDone(drained), true);
});

test('a window that is over by the clock, though not yet closed, is not waited for', async () => {
  const { chooser } = running(WINDOW, slotTime(lastSlot(WINDOW)) + 200);
  assert.equal(await isDone(untilWindowIsOver(chooser, () => true)), true);
});

test('when nobody is left to serve the wait is over', async () => {
  const { chooser } = running(WINDOW, slotTime(firstSlot(WINDOW)));
  let members = 1;
  const drained = untilWindowIsOver(chooser, () => members > 0);
  assert.equal(await isDone(drained), false);
  members = 0;
  assert.equal(await isDone(drained), true);
});

const BASE = {
  EMITTER_POOL: 'pool',
  EMITTER_DAC: 'dac',
  EMITTER_RELAY_API: 'http://127.0.0.1:1',
  EMITTER_RELAY_P2P: '127.0.0.1:1',
};

test('a new configuration: what can change while running is taken, the rest is named and left', () => {
  const old = emitterConfig.parse({ ...BASE, EMITTER_PEERS: '10.0.0.1:9876' });
  const next = emitterConfig.parse({
    ...BASE,
    ...{ EMITTER_PEERS: '10.0.0.1:9876, 10.0.0.2:9876', EMITTER_OVERDUE_MS: '200', LOG_LEVEL: 'debug' },
    ...{ EMITTER_LISTEN: '127.0.0.1:9999', EMITTER_SESSIONS: '40' },
  });
  const { config, applied, ignored } = compareConfig(old, next);
  assert.deepEqual(applied.map(({ name, from, to }) => `${name} ${from} -> ${to}`).sort(), [
    'EMITTER_OVERDUE_MS 150 -> 200',
    'EMITTER_PEERS 10.0.0.1:9876 -> 10.0.0.1:9876,10.0.0.2:9876',
    'EMITTER_SESSIONS 256 -> 40',
    'LOG_LEVEL info -> debug',
  ]);
  assert.deepEqual(
    ignored.map(({ name }) => name),
    ['EMITTER_LISTEN'],
  );
  assert.equal(config.EMITTER_LISTEN, old.EMITTER_LISTEN);
  assert.deepEqual(config.EMITTER_PEERS, ['10.0.0.1:9876', '10.0.0.2:9876']);
  assert.deepEqual([config.EMITTER_OVERDUE_MS, config.EMITTER_SESSIONS, config.LOG_LEVEL], [200, 40, 'debug']);
});

test('each change is said by name, and that nothing changed as well', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line).msg) });
  const old = emitterConfig.parse(BASE);
  tellChanges(logger, compareConfig(old, old));
  tellChanges(logger, compareConfig(old, emitterConfig.parse({ ...BASE, EMITTER_OVERDUE_MS: '99' })));
  tellChanges(logger, compareConfig(old, emitterConfig.parse({ ...BASE, EMITTER_DAC: 'other' })));
  assert.match(lines[0] ?? '', /nothing to change/);
  assert.match(lines[1] ?? '', /EMITTER_OVERDUE_MS has changed and holds/);
  assert.match(lines[2] ?? '', /EMITTER_DAC has changed; that takes a restart/);
});

for (const [what, peers, expected] of [
  ['unset', undefined, []],
  ['empty', '', []],
  ['one', 'a:1', ['a:1']],
  ['several, with spaces, doubles and a comma at the end', 'a:1, b:2,a:1,', ['a:1', 'b:2']],
] as const) {
  test(`EMITTER_PEERS: ${what}`, () => {
    assert.deepEqual(emitterConfig.parse({ ...BASE, EMITTER_PEERS: peers }).EMITTER_PEERS, expected);
  });
}

for (const peers of ['a', 'a:1;b:2', 'a:99999', Array.from({ length: 33 }, (_, i) => `h${i}:1`).join(',')]) {
  test(`EMITTER_PEERS refuses ${peers.slice(0, 20)}`, () => {
    assert.equal(emitterConfig.safeParse({ ...BASE, EMITTER_PEERS: peers }).success, false);
  });
}
