import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterState } from '../../../common/pool-store.ts';
import { initialState } from '../../../emitter/select/state.ts';
import { SELECT_DEFAULTS } from '../../../emitter/select/types.ts';
import { statusOf } from '../../../emitter/status.ts';

const parts = {
  chooser: { state: initialState(SELECT_DEFAULTS) },
  outside: { up: true, relayUp: true, list: [] },
  links: { all: [] },
} as never;
const more = { listening: true, draining: false, lastSeq: 1, lastFault: null, agents: null };
const state: ClusterState = { voting: 3, voters: 3, behind: 0, leader: 'emitter2', leads: false };

test('an emitter is ready with two voters of three, and not with one: it says which', () => {
  assert.deepEqual(statusOf(parts, { ...more, cluster: null }).reasons, []);
  assert.equal(statusOf(parts, { ...more, cluster: { ...state, voting: 2 } }).ready, true);
  const { ready, reasons, cluster } = statusOf(parts, { ...more, cluster: { ...state, voting: 1 } });
  assert.equal(ready, false);
  assert.deepEqual(reasons, ['1 of 3 voters of the NATS cluster answer, and 2 are needed']);
  assert.deepEqual(cluster, { ...state, voting: 1 });
});
