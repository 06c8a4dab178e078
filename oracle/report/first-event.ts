import type { EventRecord } from '../../common/events.ts';
import { slotInWindow } from '../../common/slot.ts';

interface Fact {
  slot: number;
  text: string;
  seq: number;
}

/**
 * The first thing by slot that one of two logs of a window says and the other does not: of candidates, standing by, decisions and emissions, which metrics are made from. One
 * clause, or null when they say the same. Times are left out: each emitter has its own.
 */
export function firstDifferentEvent(a: { name: string; records: EventRecord[] }, b: typeof a): string | null {
  const [ofA, ofB] = [factsIn(a.records), factsIn(b.records)];
  const only = (mine: Map<string, Fact>, other: Map<string, Fact>, has: string, lacks: string) =>
    [...mine.values()].filter(({ text }) => !other.has(text)).map((fact) => ({ ...fact, has, lacks }));
  const all = [...only(ofA, ofB, a.name, b.name), ...only(ofB, ofA, b.name, a.name)];
  const [first] = all.sort((x, y) => x.slot - y.slot || (x.text < y.text ? -1 : 1));
  if (!first) return null;
  return `slot ${slotInWindow(first.slot)}: ${first.text} is in ${first.has} (record ${first.seq}) and not in ${first.lacks}`;
}

function factsIn(records: EventRecord[]): Map<string, Fact> {
  const facts = new Map<string, Fact>();
  for (const { seq, event } of records) {
    const text = textOf(event);
    if (text !== null && 'slot' in event && !facts.has(text)) facts.set(text, { slot: event.slot, text, seq });
  }
  return facts;
}

function textOf(event: EventRecord['event']): string | null {
  if (event.type === 'candidate')
    return `the ${event.verdict} candidate ${event.id} of ${event.member ?? event.signer}`;
  if (event.type === 'decision' || event.type === 'emission') return `the ${event.type} of ${event.id}`;
  return event.type === 'standby' ? `standing by of ${event.member ?? event.signer} in slot ${event.slot}` : null;
}
