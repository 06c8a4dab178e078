import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { ChainClient } from '../../../common/chain.ts';
import { type SettingsEvent, SettingsReader } from '../../../emitter/settings.ts';

interface Row {
  strategy: string;
  mode: string;
  from_window: number | string;
  previous_strategy: string;
  previous_mode: string;
}

const ROW: Row = {
  strategy: 'rotate',
  mode: 'standby',
  from_window: 77,
  previous_strategy: 'sticky',
  previous_mode: 'propose',
};

function reader(rows: () => Row[], override: string | null = null) {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setInterval'] });
  const events: SettingsEvent[] = [];
  const faults: string[] = [];
  const asked: string[] = [];
  const chain = {
    rows: async (...args: string[]) => {
      asked.push(args.join(' '));
      return rows();
    },
  };
  const made = new SettingsReader(chain as unknown as ChainClient, 'dac', override, {
    now: () => 5,
    onSettings: (event) => events.push(event),
    onFault: (code) => faults.push(code),
  });
  const second = async () => {
    for (let quarter = 0; quarter < 4; quarter++) {
      mock.timers.tick(250);
      for (let turns = 0; turns < 5; turns++) await Promise.resolve();
    }
  };
  return { made, events, faults, asked, second };
}

test('the vote is told at the start, and again when it changed', async () => {
  let row = ROW;
  const { made, events, asked, second } = reader(() => [row]);
  await made.start();
  const { strategy, mode } = ROW;
  const before = { previousStrategy: 'sticky', previousMode: 'propose' };
  assert.deepEqual(events, [{ type: 'settings', at: 5, strategy, mode, fromWindow: 77, ...before }]);
  assert.equal(asked[0], 'dac dac strategy');
  await second();
  assert.equal(events.length, 1);
  row = { ...ROW, strategy: 'fullest' };
  await second();
  assert.equal(events[1]?.strategy, 'fullest');
  made.stop();
  await second();
  assert.equal(asked.length, 9);
});

test('a big window id comes as a text, an unset mode is empty', async () => {
  const { made, events } = reader(() => [{ ...ROW, from_window: '5000000000', mode: '', previous_mode: '' }]);
  await made.start();
  assert.deepEqual([events[0]?.fromWindow, events[0]?.mode, events[0]?.previousMode], [5e9, 'propose', 'propose']);
  made.stop();
});

test('a node that does not answer is told once, and changes nothing', async () => {
  let down = true;
  const { made, events, faults, second } = reader(() => {
    if (down) throw new Error('gone');
    return [ROW];
  });
  await made.start();
  await second();
  assert.deepEqual([events, faults], [[], ['settings_unread']]);
  down = false;
  await second();
  down = true;
  await second();
  assert.deepEqual([events.length, faults.length], [1, 2]);
  made.stop();
});

test('a contract without the row leaves the default', async () => {
  const { made, events, faults } = reader(() => []);
  await made.start();
  assert.deepEqual([events, faults], [[], []]);
  made.stop();
});

test('an override holds instead of the vote, from the first window on', async () => {
  const { made, events, asked } = reader(() => [ROW], 'highest-id');
  await made.start();
  assert.deepEqual(
    [events[0]?.strategy, events[0]?.mode, events[0]?.fromWindow, asked],
    ['highest-id', 'propose', 0, []],
  );
  made.stop();
});
