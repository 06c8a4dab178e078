import { type SelectState, turnsAfter } from './state.ts';

/** Who is asked for a turn, in this order. */
export interface Asked {
  signers: string[];
  /** So many of them, the first, owe a turn: they take it out of the others' order. */
  owing: number;
}

/**
 * Who was passed over is asked first until it leads, so that nobody is paid for standing by who is passed over whenever it would lead. Then
 * comes whose turn follows on the last one's.
 */
export function askedForTurn(state: SelectState): Asked {
  const known = [...state.agents.keys()];
  const owing = owers(state).filter((signer) => known.includes(signer));
  const inTurn = turnsAfter(state.lastTurn, known).filter((signer) => !owing.includes(signer));
  return { signers: [...owing, ...inTurn], owing: owing.length };
}

/**
 * These could not take the turn that was given for the window `turn`, or take it over: each owes one from now on. Who owed one of an earlier
 * turn already is away. Once is no proof: a word of half a second ago says nothing of a healthy node on a busy machine.
 */
export function passOver(state: SelectState, signers: readonly string[], turn: number): void {
  const isOwing = (signer: string) => owers(state).includes(signer);
  const again = (state.owing ?? []).filter(({ signer, since }) => since < turn && signers.includes(signer));
  const away = new Set([...(state.away ?? []), ...again.map(({ signer }) => signer)]);
  const owing = signers.filter((signer) => !isOwing(signer)).map((signer) => ({ signer, since: turn }));
  if (away.size > 0) state.away = [...away].sort();
  if (owing.length > 0) state.owing = [...(state.owing ?? []), ...owing].sort(bySigner);
}

/** It has the duty before its window, and so is not away in it. */
export function isBack(state: SelectState, signer: string): void {
  const away = state.away?.filter((one) => one !== signer) ?? [];
  if (away.length > 0) state.away = away;
  else delete state.away;
}

/** It makes the blocks of a window that runs, and so owes no turn any more. */
export function leads(state: SelectState, signer: string): void {
  if (!owers(state).includes(signer)) return;
  const owing = state.owing?.filter((owed) => owed.signer !== signer) ?? [];
  if (owing.length > 0) state.owing = owing;
  else delete state.owing;
}

function owers({ owing = [] }: SelectState): string[] {
  return owing.map(({ signer }) => signer);
}

function bySigner(one: { signer: string }, other: { signer: string }): number {
  return one.signer < other.signer ? -1 : 1;
}
