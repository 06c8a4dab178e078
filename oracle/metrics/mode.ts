import type { EventRecord } from '../../common/events.ts';
import type { VotedMode } from '../source/chain.ts';
import { otherMode } from '../source/voted.ts';
import type { Mode, WindowLog } from './types.ts';

/** Of the closing record. */
export function modeOf(records: EventRecord[]): Mode {
  const end = records.find(({ event }) => event.type === 'window')?.event;
  return (end?.type === 'window' && end.mode) || 'propose';
}

/**
 * Of a window's logs those that are of the mode that the members voted; where the contract does not say, and they differ, those in propose
 * mode. `skip`: none is, and why, one sentence.
 */
export function ofOneMode(window: number, logs: WindowLog[], voted: VotedMode): WindowLog[] | { skip: string } {
  const wrong = logs.map(({ records }) => otherMode(window, modeOf(records), voted));
  const right = logs.filter((_, i) => wrong[i] === null);
  const [first] = wrong;
  if (right.length === 0) return { skip: first ?? 'there is no log of it' };
  const propose = right.filter(({ records }) => modeOf(records) === 'propose');
  return propose.length > 0 ? propose : right;
}
