import type { Candidate } from './types.ts';

/**
 * The candidates of a window, in order of arrival, and by their place: looking one up costs the same however many there are.
 * Plain data, for it is part of the state that a checkpoint carries: the maps hold positions in `all`.
 */
export interface CandidateTree {
  all: Candidate[];
  byId: Map<string, number[]>;
  byParent: Map<string, number[]>;
}

export function emptyTree(): CandidateTree {
  return { all: [], byId: new Map(), byParent: new Map() };
}

/** Gives whether it is new. The same block signed by two members is two candidates. */
export function addTo(tree: CandidateTree, candidate: Candidate): boolean {
  if (withId(tree, candidate.id).some(({ signer }) => signer === candidate.signer)) return false;
  const position = tree.all.push(candidate) - 1;
  append(tree.byId, candidate.id, position);
  append(tree.byParent, candidate.previous, position);
  return true;
}

export function withId(tree: CandidateTree, id: string): Candidate[] {
  return (tree.byId.get(id) ?? []).map((position) => tree.all[position] as Candidate);
}

/** Those built on a block. */
export function builtOn(tree: CandidateTree, id: string): Candidate[] {
  return (tree.byParent.get(id) ?? []).map((position) => tree.all[position] as Candidate);
}

function append(map: Map<string, number[]>, key: string, position: number): void {
  const list = map.get(key);
  if (list) list.push(position);
  else map.set(key, [position]);
}
