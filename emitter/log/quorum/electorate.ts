import { type EntryPlace, isGenuine, KEYS_MOST, type SignedEntry, type Voting } from './signed-vote.ts';
import type { Begin, Tally } from './tally.ts';

/**
 * Whose entries count in a voter's log. That is told by the log itself: each beginning has the keys that count after it, so all who read the log have
 * the same tally, however soon each knows of a change in the contract. What the contract names now decides who may enter a beginning where there is none, and
 * which keys go into the next one.
 */

/** Who may enter a beginning: whose votes count, or, when none of them is an emitter any more, who is. */
export function mayBegin(key: string, { keys }: Tally, voting: Voting): boolean {
  const named = voting.named();
  return keys.has(key) || (named.has(key) && ![...keys].some((each) => named.has(each)));
}

/** Whether an entry that comes next counts when its signature is right; `known`: whose beginning may be the first. */
export function counts({ entry, key }: SignedEntry, tally: Tally, voting: Voting, known: ReadonlySet<string>): boolean {
  if (tally.from === null) return entry.kind === 'begin' && known.has(key);
  return tally.keys.has(key) || (entry.kind === 'begin' && mayBegin(key, tally, voting));
}

/**
 * Whose beginning may be the first in these entries: an emitter's that the contract names, or that an earlier run knew; and, from the newest entry
 * back, whom a beginning by one of those names, for who left was once let in by others. `isUsed`: there is something by one of them.
 */
export function knownIn(
  found: readonly { place: EntryPlace; signed: SignedEntry | null }[],
  voting: Voting,
  remembered: readonly string[],
): { known: ReadonlySet<string>; isUsed: boolean } {
  const known = new Set([...voting.named(), ...remembered]);
  let isUsed = false;
  for (const { signed, place } of found.toReversed()) {
    if (!signed || !known.has(signed.key) || !isGenuine(signed, place, voting)) continue;
    isUsed = true;
    const { entry } = signed;
    if (entry.kind === 'begin') for (const key of [...entry.keys, ...entry.past]) known.add(key);
  }
  return { known, isUsed };
}

/** A beginning from a place on with the keys that the contract names. */
export function beginning(place: number, { keys, past }: Tally, voting: Voting): Begin {
  const named = voting.named();
  const before = [...new Set([...keys, ...past])].filter((key) => !named.has(key));
  return { kind: 'begin', place, keys: [...named], past: before.slice(0, KEYS_MOST) };
}

export function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}
