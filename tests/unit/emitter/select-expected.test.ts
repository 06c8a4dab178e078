import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstSlot, slotTime } from '../../../common/slot.ts';
import { expectedAt, learnLead } from '../../../emitter/select/expected.ts';
import { initialState } from '../../../emitter/select/state.ts';
import { type Candidate, SELECT_DEFAULTS } from '../../../emitter/select/types.ts';

const SIGNER = 'a';
const first = firstSlot(100);

/** A member whose block for slot k came 50(k + 1) ms before its time in the window before, as nodeos with 90 % does. */
function member() {
  const state = initialState(SELECT_DEFAULTS);
  const sends = (slot: number, laterMs: number, late = false) => {
    const arrivedMs = slotTime(slot) - 50 * ((slot % 12) + 1) + laterMs;
    const block = { id: `${slot}`, num: slot, slot, previous: `${slot - 1}`, signer: SIGNER, confirmed: 0, late };
    learnLead(state, { ...block, transactions: 0, bytes: 0, cpuUs: 0, arrivedMs } as Candidate);
  };
  for (let k = 0; k < 12; k++) sends(first - 12 + k, 0);
  const expectedLead = (slot: number) => slotTime(slot) - expectedAt(state, SIGNER, slot);
  return { sends, expectedLead };
}

test('a member is expected when it came in the window before', () => {
  const { expectedLead } = member();
  assert.equal(expectedLead(first), 50);
  assert.equal(expectedLead(first + 11), 600);
});

test('one whose last block came 200 ms later than usual is expected 200 ms later, for as long as it goes on', () => {
  const { sends, expectedLead } = member();
  for (let k = 0; k < 11; k++) {
    sends(first + k, k < 4 ? 0 : 200);
    assert.equal(expectedLead(first + k + 1), 50 * (k + 2) - (k < 4 ? 0 : 200), `slot ${k + 1}`);
  }
});

test('in the next window nothing is left of it but what each slot taught', () => {
  const { sends, expectedLead } = member();
  for (let k = 0; k < 12; k++) sends(first + k, k < 4 ? 0 : 200);
  assert.equal(expectedLead(first + 12), 50);
  for (let k = 0; k < 4; k++) sends(first + 12 + k, 0);
  assert.equal(expectedLead(first + 16), 50);
});

test('one that came earlier than usual once is not expected earlier: a full block leaves before its time', () => {
  const { sends, expectedLead } = member();
  for (let k = 0; k < 10; k++) sends(first + k, 0);
  sends(first + 10, -300);
  assert.equal(expectedLead(first + 11), 600);
});

test('a block too late for its slot teaches nothing', () => {
  const { sends, expectedLead } = member();
  sends(first + 10, 1200, true);
  assert.equal(expectedLead(first + 11), 600);
});
