import { CELL, type Cell, type Column, type GridRow } from '../../../dashboard/api.ts';

const NAMES = 'abcdefghijklmnopqrstuvwxyz';

/** Rows of so many members: "member.aa", "member.ab", … */
export function fakeRows(count: number): GridRow[] {
  return Array.from({ length: count }, (_, i) => ({
    account: `member.${NAMES[Math.floor(i / 26)]}${NAMES[i % 26]}`,
    isMember: true,
  }));
}

/** A column with all six states in it, by a rule: which member is in which state moves on from slot to slot. */
export function fakeColumn(slot: number, members: number): Column {
  const picked = slot % members;
  const cells = Array.from({ length: members }, (_, row): Cell => {
    if (row === picked) return CELL.emitted;
    const odd = (row * 7 + slot * 3) % 23;
    return odd === 0
      ? CELL.late
      : odd === 1
        ? CELL.invalid
        : odd === 2
          ? CELL.standby
          : odd === 3
            ? CELL.missing
            : CELL.valid;
  }).join('');
  const emitter = Math.floor(slot / 30) % 2 === 0 ? 'emitter1' : 'emitter2';
  const other = cells.replaceAll(CELL.late, CELL.missing);
  return {
    slot,
    cells,
    views: { emitter1: cells, emitter2: other },
    emitted: {
      id: slot.toString(16).padStart(64, '0'),
      member: fakeRows(members)[picked]?.account ?? null,
      emitter,
      arrivedMs: 80 + ((slot * 37) % 60),
      addedUs: 300 + ((slot * 91) % 400),
    },
    marks: slot % 24 === 5 ? ['rescue', 'replaced'] : slot % 60 === 7 ? ['leak'] : [],
    isOpen: false,
  };
}
