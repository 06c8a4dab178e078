import { canonicalJson } from '../../common/canonical.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { windowOf } from '../../common/slot.ts';
import type { SelectEffect } from '../../emitter/select/types.ts';

/** A record that has to follow from an input. */
export interface Expected {
  window: number | null;
  event: PoolEvent;
  /** Of an emission: its place in the answer, by which a refused fence takes it back. */
  step: number | null;
}

/** Since schema 4 the records say who was put out, and the selection's own faults carry the time of the input that led to them. */
export function sinceSchema4(version: number): boolean {
  return version >= 4;
}

/**
 * The records that an effect leads to in a log of this schema, in order: decisions, the rescue, who leads, what was rejected, what
 * shadow strategies would have done, the selection's faults, who stood by, and a window's end.
 */
export function expectedOf(effect: SelectEffect, at: number, version: number): Expected[] {
  if (effect.type === 'emit') return emission(effect, at, version);
  if (effect.type === 'closed') return closing(effect, at);
  if (effect.type === 'standby') return standing(effect.window, effect.signer, effect.slots, at);
  const one = (window: number | null, event: PoolEvent): Expected[] => [{ window, event, step: null }];
  if (effect.type === 'lead') {
    const { window, runs, leader: signer, pause, away, owing, failed } = effect;
    const replaced = failed !== null && sinceSchema4(version) ? { failed } : {};
    const passed = { ...(away.length > 0 && { away }), ...(owing.length > 0 && { owing }) };
    const said = { window, signer, member: null, pause, ...passed, ...replaced };
    return one(runs ? window : null, { type: 'lead', at, ...said });
  }
  if (effect.type === 'rejected') {
    const { id, slot, num } = effect.block;
    return one(effect.window, { type: 'rejected', at, slot, id, num, signer: effect.signer, member: null, header: '' });
  }
  if (effect.type === 'shadow') {
    const { window, slot, strategy, id, signer, same } = effect;
    return one(window, { type: 'shadow', at, slot, strategy, id, signer, same });
  }
  if (effect.type === 'fault' && sinceSchema4(version)) {
    return one(null, { type: 'fault', at, code: effect.code, text: '' });
  }
  return [];
}

function closing(effect: Extract<SelectEffect, { type: 'closed' }>, at: number): Expected[] {
  const { window, emitted, strategy, mode, standby } = effect;
  const end: PoolEvent = { type: 'window', at, window, emitted, strategy, ...(mode === 'standby' ? { mode } : {}) };
  const stood = standby.flatMap(({ slot, signer }) => standing(window, signer, [slot], at));
  return [...stood, { window, event: end, step: null }];
}

function standing(window: number, signer: string, slots: readonly number[], at: number): Expected[] {
  const event = (slot: number): PoolEvent => ({ type: 'standby', at, slot, signer, member: null });
  return slots.map((slot) => ({ window, event: event(slot), step: null }));
}

function emission(effect: Extract<SelectEffect, { type: 'emit' }>, at: number, version: number): Expected[] {
  const { path, replaced, reason, step, failed } = effect;
  const window = windowOf(path[0]?.slot ?? 0);
  const old = replaced.map(({ id }) => id);
  const events = path.map(({ slot, id, num, previous, signer }, i): PoolEvent => {
    const began = reason === 'rescue' && i === 0 && failed !== null && sinceSchema4(version) ? { failed } : {};
    return {
      type: 'decision',
      at,
      slot,
      id,
      num,
      ...(version >= 6 && { previous }),
      signer,
      member: null,
      reason,
      replaces: i === 0 ? old : [],
      ...began,
    };
  });
  if (reason === 'rescue' && failed !== null) {
    const leader = path[path.length - 1]?.signer ?? '';
    const why = { cause: effect.cause ?? '', failed: effect.failed ?? '', leader };
    events.push({ type: 'rescue', at, window, ...why, path: path.map(({ id }) => id), replaced: old });
  }
  return events.map((event) => ({ window, event, step }));
}

/**
 * Byte for byte; but for the members' names, which come from the chain, a rejected block's header, the evidence, and the words of a fault, which
 * are for people and may be others in another release.
 */
export function isAsExpected({ window, event }: EventRecord, expected: Expected): boolean {
  const unnamed = 'member' in event ? { ...event, member: null } : event;
  const bare = unnamed.type === 'rejected' ? { ...unnamed, header: '' } : unnamed;
  const nameless = bare.type === 'fault' ? { ...bare, text: '' } : bare;
  return window === expected.window && canonicalJson(nameless) === canonicalJson(expected.event);
}

/** A record in a few words, for the sentence that says what was to be there. */
export function inWords(event: PoolEvent): string {
  switch (event.type) {
    case 'decision':
      return `the decision ${event.id.slice(0, 16)}… by ${event.signer} for slot ${event.slot} (${event.reason})`;
    case 'rescue':
      return `the rescue by ${event.leader} (${event.cause})`;
    case 'standby':
      return `${event.signer} standing by in slot ${event.slot}`;
    case 'lead':
      return `${event.signer} leading from window ${event.window}`;
    case 'rejected':
      return `the rejection of slot ${event.slot}'s block by ${event.signer}`;
    case 'shadow':
      return `the choice of ${event.strategy} for slot ${event.slot}`;
    case 'fault':
      return `the fault ${event.code}`;
    case 'window':
      return `the end of window ${event.window} with ${event.emitted} slots emitted`;
    default:
      return `a ${event.type}`;
  }
}
