import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialState } from '../../../emitter/select/state.ts';
import { SELECT_DEFAULTS } from '../../../emitter/select/types.ts';
import { statusOf } from '../../../emitter/status.ts';

const parts = {
  chooser: { state: initialState(SELECT_DEFAULTS) },
  outside: { up: true, relayUp: true, list: [] },
  links: { all: [] },
} as never;
const more = {
  listening: true,
  draining: false,
  lastSeq: 1,
  lastFault: null,
  agents: null,
  others: [],
  exchange: null,
};
const store = { voters: 3, isEntered: true, place: 12, leader: 'emitter2', leads: false, kept: 7, behind: 1 };

test('an emitter is ready with two voters of three, and not with one: it says which', () => {
  assert.deepEqual(statusOf(parts, { ...more, store: null }).reasons, []);
  assert.equal(statusOf(parts, { ...more, store: { ...store, voters: 2 } }).ready, true);
  const left = statusOf(parts, { ...more, store: { ...store, isEntered: false } });
  assert.equal(left.ready, false);
  assert.match(left.reasons.join(), /votes of this emitter’s key do not count/);
  const { ready, reasons, ...shown } = statusOf(parts, { ...more, store: { ...store, voters: 1 } });
  assert.equal(ready, false);
  assert.deepEqual(reasons, ['1 of 3 nodes of the cluster vote: nothing can be decided']);
  assert.deepEqual(shown.store, { ...store, voters: 1 });
});
