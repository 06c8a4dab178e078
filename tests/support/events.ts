import type { PoolEvent } from '../../common/events.ts';
import type { DecisionEvent } from '../../common/pool-store.ts';

/** Events of a window as the emitter tells them: a candidate, its decision and emission for each slot, then the end. */
export function windowEvents(window: number, slots = 12): { window: number; event: PoolEvent }[] {
  const at = 1_700_000_000_000 + window * 6000;
  const entries = Array.from({ length: slots }, (_, k) => slotEvents(window, window * 12 + k, at + 500 * k)).flat();
  const end: PoolEvent = { type: 'window', at, window, emitted: slots, strategy: 'first-delivered' };
  return [...entries, { window, event: end }];
}

export function decision(slot: number, at = 1_700_000_000_000): DecisionEvent {
  const id = slot.toString(16).padStart(64, '0');
  return {
    type: 'decision',
    at,
    slot,
    id,
    num: slot,
    signer: '0:02aa',
    member: 'alice',
    reason: 'extend',
    replaces: [],
  };
}

function slotEvents(window: number, slot: number, at: number): { window: number; event: PoolEvent }[] {
  const id = slot.toString(16).padStart(64, '0');
  const signer = '0:02aa';
  const place = { slot, id, num: slot, signer, member: 'alice' };
  const cost = { bytes: 200, transactions: 1, cpuUs: 100, confirmed: 0, reducedAt: at, evidence: null };
  const said = { verdict: 'valid', reason: null } as const;
  return [
    { window, event: { type: 'candidate', at, previous: '00'.repeat(32), ...place, ...cost, ...said } },
    { window, event: decision(slot, at) },
    { window, event: { type: 'emission', at, slot, id, signer, bytes: 200, addedUs: 300 } },
  ];
}
