import type { Kind, Victim } from './draw.ts';

/** What kills came to, of a whole run or of one kind of victim in a mix. */
export interface Row {
  kind: Kind;
  times: number;
  slots: number;
  missed: number;
  emittedTwice: number;
  publicForkSwitches: number;
  recovery: { p50: number | null; p99: number | null };
}

/** A run: a row over all, and what is counted for the run as a whole. */
export interface Totals extends Row {
  eventsLost: number;
  paidTwice: number;
  /** Blocks of the final chain that a tap did not hear, which could so have missed others. */
  unseen: number;
  /** In a mix, a row for each kind of victim that was drawn. */
  rows: Row[];
}

/**
 * A pool may lose slots with the member that leads it, for the others' branches have to be higher: what that costs is told and judged elsewhere.
 * Nobody else's death may.
 */
const MAY_MISS: readonly Kind[] = ['leader'] satisfies Victim[];

/** The goals that were missed, a sentence each. */
export function missedGoals(totals: Totals): string[] {
  const { emittedTwice, eventsLost, paidTwice, unseen, rows } = totals;
  const missed = rows.filter(({ kind, missed }) => missed > 0 && !MAY_MISS.includes(kind));
  const none = (count: number, what: string) => (count === 0 ? [] : [`${count} ${what}, and none may be`]);
  return [
    ...missed.map((row) => `${row.missed} slots were missed in windows with a killed ${row.kind}, and none may be`),
    ...none(emittedTwice, 'slots were emitted twice'),
    ...none(eventsLost, 'events were lost'),
    ...none(paidTwice, 'windows were paid twice'),
    ...none(unseen, 'blocks of the final chain were not heard by a tap'),
  ];
}
