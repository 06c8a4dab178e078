import type { EventRecord } from '../../common/events.ts';
import type { BlockRef } from '../source/chain.ts';

/** The log against the final chain, in one window. */
export interface Comparison {
  /** The pool's blocks on the final chain, with the key whose signature was let out; null for a leak. */
  onChain: { slot: number; id: string; signer: string | null }[];
  /** On the final chain without a decision in the log. */
  leaks: { slot: number; id: string }[];
  /** Emitted and not on the final chain. */
  replaced: number;
  /** The part of `replaced` that no rescue names. */
  orphaned: number;
  /** Decided, and neither emitted nor on the final chain. */
  unsent: number;
  /** Decided and on the final chain, the emission not logged: the emitter died in between. */
  unconfirmed: number;
  /** Blocks seen in public that the log does not know and the final chain does not have. */
  strays: number;
}

interface Logged {
  /** Block id → key that signed what was let out first under this id. */
  decided: Map<string, string>;
  emitted: Map<string, string>;
  named: Set<string>;
  seen: Set<string>;
}

/**
 * Compares a window's records with its blocks. Empty blocks of two members can have one id: nodes keep the signature that
 * reaches them first, so the first emission of an id says whose block it is.
 */
export function compare(records: EventRecord[], blocks: BlockRef[]): Comparison {
  const { decided, emitted, named, seen } = readLog(records);
  const chain = new Set(blocks.map((block) => block.id));
  const isKnown = (id: string) => decided.has(id) || emitted.has(id);
  const replaced = [...emitted.keys()].filter((id) => !chain.has(id));
  return {
    onChain: blocks.map(({ slot, id }) => ({ slot, id, signer: emitted.get(id) ?? decided.get(id) ?? null })),
    leaks: blocks.filter(({ id }) => !isKnown(id)).map(({ slot, id }) => ({ slot, id })),
    replaced: replaced.length,
    orphaned: replaced.filter((id) => !named.has(id)).length,
    unsent: [...decided.keys()].filter((id) => !emitted.has(id) && !chain.has(id)).length,
    unconfirmed: [...decided.keys()].filter((id) => !emitted.has(id) && chain.has(id)).length,
    strays: [...seen].filter((id) => !isKnown(id) && !chain.has(id)).length,
  };
}

function readLog(records: EventRecord[]): Logged {
  const logged: Logged = { decided: new Map(), emitted: new Map(), named: new Set(), seen: new Set() };
  for (const { event } of records) {
    if (event.type === 'decision') {
      if (!logged.decided.has(event.id)) logged.decided.set(event.id, event.signer);
      for (const id of event.replaces) logged.named.add(id);
    }
    if (event.type === 'emission' && !logged.emitted.has(event.id)) logged.emitted.set(event.id, event.signer);
    if (event.type === 'rescue') for (const id of event.replaced) logged.named.add(id);
    if (event.type === 'leak') logged.seen.add(event.id);
  }
  return logged;
}
