import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, lastSlot, SLOT_MS, slotTime, windowOf } from '../../../../common/slot.ts';
import { reduce } from '../../../../emitter/select/reducer.ts';
import { initialState } from '../../../../emitter/select/state.ts';
import { SELECT_DEFAULTS, type SelectEvent } from '../../../../emitter/select/types.ts';
import { block } from '../../../support/select-world.ts';

const MEMBERS = ['0:a', '0:b', '0:c'];

/** Leaders of the pool's windows, when every `round`th window is the pool's and the leader makes all its blocks. */
function leaders(round: number, turns: number): string[] {
  const state = initialState(SELECT_DEFAULTS);
  const first = 141_514_200;
  const led: string[] = [];
  let tip = block({ id: 'aa'.repeat(32), num: 50, slot: 1, previous: '' }, firstSlot(first) - 30, 'other');
  const feed = (event: SelectEvent) => {
    for (const effect of reduce(state, event))
      if (effect.type === 'lead' && led[led.length - 1] !== `${effect.window} ${effect.leader}`)
        led.push(`${effect.window} ${effect.leader}`);
  };
  const voted = { strategy: 'first-delivered', mode: 'standby', previousStrategy: 'first-delivered' };
  const began = slotTime(tip.slot);
  feed({ type: 'public', at: began, block: tip, pool: false });
  feed({ type: 'settings', at: began, ...voted, previousMode: 'standby', fromWindow: 0 });
  const found: string[] = [];
  for (let slot = tip.slot + 1; slot <= lastSlot(first + round * turns - 1); slot++) {
    const at = slotTime(slot) - 40;
    const leader = state.duty?.leader ?? '';
    for (const signer of MEMBERS) {
      const producing = signer === leader;
      feed({ type: 'agent', at: at - SLOT_MS / 2, signer, up: true, producing, headNum: tip.num, lag: 0 });
    }
    const isPool = windowOf(slot) >= first && (windowOf(slot) - first) % round === 0;
    if (isPool && slot === firstSlot(windowOf(slot))) {
      feed({ type: 'turn', at, window: windowOf(slot) });
      found.push(state.duty?.leader ?? 'nobody');
    }
    tip = block(tip, slot, isPool ? 'm' : 'other');
    const content = { confirmed: 12, cpuUs: 0, transactions: 0, bytes: 200, arrivedMs: at, late: false };
    if (!isPool) feed({ type: 'public', at, block: tip, pool: false });
    else feed({ type: 'candidate', at, candidate: { ...tip, ...content, signer: state.duty?.leader ?? '' } });
  }
  return found;
}

for (const round of [1, 2, 3, 4, 21]) {
  test(`when the pool has one window in ${round}, each member leads in its turn`, () => {
    const found = leaders(round, 6);
    assert.equal(new Set(found.slice(0, 3)).size, 3, found.join());
    assert.deepEqual(found.slice(3), found.slice(0, 3));
  });
}
