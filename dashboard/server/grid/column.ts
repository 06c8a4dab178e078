import { slotTime } from '../../../common/slot.ts';
import { CELL, type Column, type SlotDetail } from '../../api.ts';
import { bestOf, withCell } from './cells.ts';
import type { LogView, Out, SlotState } from './state.ts';

/** What the page draws of a slot. */
export function columnOf({ slot, logs, marks }: SlotState): Column {
  const names = Object.keys(logs).sort();
  const gone = new Set(Object.values(logs).flatMap(({ replaced }) => replaced));
  const views = Object.fromEntries(names.map((name) => [name, withEmitted(logs[name] as LogView, gone)]));
  const isStandby = names.some((name) => logs[name]?.closed === 'standby');
  return {
    slot,
    cells: bestOf(Object.values(views), isStandby ? 'standby' : 'propose'),
    views,
    emitted: emittedOf(slot, logs, gone),
    marks,
    isOpen: names.every((name) => logs[name]?.closed === null),
  };
}

function withEmitted({ cells, out }: LogView, gone: Set<string>): string {
  let letters = cells;
  for (const { id, row } of out) if (row !== null && !gone.has(id)) letters = withCell(letters, row, CELL.emitted);
  return letters;
}

/** The block that is public; of an id that several signed, the one that left first by the emitters' order of names. */
function emittedOf(slot: number, logs: SlotState['logs'], gone: Set<string>): Column['emitted'] {
  const all = Object.keys(logs)
    .sort()
    .flatMap((emitter) => (logs[emitter]?.out ?? []).map((out) => ({ emitter, out })))
    .filter(({ out }) => !gone.has(out.id));
  const first = all[0];
  if (!first) return null;
  const { id, signer, member } = first.out;
  const same = all.filter(({ out }) => out.id === id && out.signer === signer);
  const decider = same.find(({ emitter }) => logs[emitter]?.decided.includes(`${id} ${signer}`)) ?? first;
  const arrived = numbers(same.map(({ out }) => out.arrivedAt));
  return {
    ...{ id, member, emitter: decider.emitter },
    arrivedMs: arrived.length > 0 ? Math.min(...arrived) - slotTime(slot) : null,
    addedUs: Math.min(...same.map(({ out }) => out.addedUs)),
  };
}

function numbers(list: (number | null)[]): number[] {
  return list.filter((one) => one !== null);
}

/** Everything of a slot, for who points at it. */
export function detailOf({ slot, logs, seen, notes }: SlotState): SlotDetail {
  const isOut = (emitter: string, id: string, signer: string) =>
    (logs[emitter]?.out ?? []).some((out: Out) => out.id === id && out.signer === signer);
  const candidates = seen.map(({ emitter, member, signer, id, verdict, reason, via, at, bytes, transactions }) => {
    const arrivedMs = at - slotTime(slot);
    const emitted = isOut(emitter, id, signer);
    return { emitter, member, signer, id, verdict, reason, via, arrivedMs, bytes, transactions, emitted };
  });
  return { slot, candidates, notes };
}
