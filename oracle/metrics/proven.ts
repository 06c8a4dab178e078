import { RESTART_MS, SILENCE_MS } from '../../common/agent.ts';
import type { EventRecord } from '../../common/events.ts';
import { firstSlot, slotAt, slotTime } from '../../common/slot.ts';
import { type AgentWord, isWord, WordCheck } from '../../common/word-check.ts';
import type { Evidence } from '../source/evidence.ts';

/** A block leaves before its slot's time by so much at most: up to there who takes over stood by. */
const EARLY_SLOTS = 2;

/** A word by which a member stands by, at this emitter's run. */
interface Standing {
  at: number;
  run: number;
}

type Stood = { signer: string; slot: number };

/**
 * Which `standby` records of a log of a window in standby mode count: those that words which the members signed bear out. docs/metrics.md has the
 * rule; what is wrong with a record or a word makes it count for nothing, and never throws.
 */
export function provenStanding(
  { window, pool, chain }: Pick<Evidence, 'window' | 'pool' | 'chain'>,
  around: EventRecord[],
): (stood: Stood) => boolean {
  const check = new WordCheck();
  const last = new Map<string, Standing>();
  /** By how much the emitter's clock was ahead of the agent's when its first word came. */
  const delays = new Map<string, number>();
  const proven = new Set<string>();
  let run = 0;
  const prove = (signer: string, from: number, to: number) => {
    for (let slot = from; slot <= to; slot++) proven.add(keyOf({ signer, slot }));
  };
  const hear = (word: AgentWord) => {
    const { signer, at } = word;
    const before = last.get(signer);
    last.delete(signer);
    if (!word.up) return;
    if (check.refuse({ chain, pool }, word) !== null) {
      // It is as if it had not come.
      if (before) last.set(signer, before);
      return;
    }
    const delay = at - (word.proof?.at ?? 0);
    if (!delays.has(signer)) delays.set(signer, delay);
    // Not given out later than it was said, by more than what parts two words.
    if (Math.abs(delay - (delays.get(signer) ?? 0)) > SILENCE_MS || word.producing) return;
    last.set(signer, { at, run });
    const most = before?.run === run ? SILENCE_MS : RESTART_MS;
    if (before && at >= before.at && at - before.at <= most) prove(signer, slotAt(before.at), slotAt(at));
  };
  const from = slotTime(firstSlot(window)) - RESTART_MS;
  for (const { event } of around) {
    if (event.at < from) continue;
    if (event.type === 'start') run++;
    if (event.type === 'input' && isWord(event.input)) hear(event.input);
    const before = event.type === 'lead' ? last.get(event.signer) : undefined;
    if (event.type === 'lead' && before && event.at - before.at <= SILENCE_MS)
      prove(event.signer, slotAt(before.at), slotAt(event.at) + EARLY_SLOTS);
  }
  return (stood) => proven.has(keyOf(stood));
}

function keyOf({ signer, slot }: Stood): string {
  return `${signer} ${slot}`;
}
