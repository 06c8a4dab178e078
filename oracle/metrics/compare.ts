import type { EventRecord } from '../../common/events.ts';
import type { BlockRef } from '../source/chain.ts';
import { signerOf } from './signer.ts';

/** The logs against the final chain, in one window. */
export interface Comparison {
  /** The pool's blocks on the final chain, with the key whose signature was let out; null for a leak. */
  onChain: { slot: number; id: string; signer: string | null }[];
  /** On the final chain without a decision in any log. */
  leaks: { slot: number; id: string }[];
  /** Emitted and not on the final chain. */
  replaced: number;
  /** The part of `replaced` that no rescue names. */
  orphaned: number;
  /** Decided, and neither emitted nor on the final chain. */
  unsent: number;
  /** Decided and on the final chain, the emission not logged: the emitter died in between. */
  unconfirmed: number;
  /** Blocks seen in public that no log knows and the final chain does not have. */
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
 * Compares what the logs of a window tell with its blocks: what one of them knows is known. Empty blocks of two members can have one id:
 * nodes keep the signature that reaches them first, so a log's first emission of an id says whose block it is.
 */
export function compare(logs: EventRecord[][], blocks: BlockRef[]): Comparison {
  const read = logs.map(readLog);
  const decided = new Set(read.flatMap((log) => [...log.decided.keys()]));
  const emitted = new Set(read.flatMap((log) => [...log.emitted.keys()]));
  const named = new Set(read.flatMap((log) => [...log.named]));
  const seen = new Set(read.flatMap((log) => [...log.seen]));
  const chain = new Set(blocks.map((block) => block.id));
  const isKnown = (id: string) => decided.has(id) || emitted.has(id);
  const replaced = [...emitted].filter((id) => !chain.has(id));
  const signer = (id: string) => {
    const keys = read.map((log) => log.emitted.get(id) ?? log.decided.get(id) ?? null);
    return signerOf(id, keys, logs);
  };
  return {
    onChain: blocks.map(({ slot, id }) => ({ slot, id, signer: signer(id) })),
    leaks: blocks.filter(({ id }) => !isKnown(id)).map(({ slot, id }) => ({ slot, id })),
    replaced: replaced.length,
    orphaned: replaced.filter((id) => !named.has(id)).length,
    unsent: [...decided].filter((id) => !emitted.has(id) && !chain.has(id)).length,
    unconfirmed: [...decided].filter((id) => !emitted.has(id) && chain.has(id)).length,
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
    for (const { id, signer } of adoptedIn(event)) if (!logged.decided.has(id)) logged.decided.set(id, signer);
  }
  return logged;
}

/** What another of the pool's emitters decided, of whose log this one is then the only witness; of any other form it is nothing. */
function adoptedIn(event: EventRecord['event']): { id: string; signer: string }[] {
  if (event.type !== 'input') return [];
  const { type, decisions } = event.input as { type?: unknown; decisions?: unknown };
  if (type !== 'adopted' || !Array.isArray(decisions)) return [];
  return decisions.filter((each) => typeof each?.id === 'string' && typeof each.signer === 'string');
}
