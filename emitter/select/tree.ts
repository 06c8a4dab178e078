import type { Candidate } from './types.ts';

/** The candidates of a window, in order of arrival, and by their place: looking one up costs the same however many there are. */
export class CandidateTree {
  readonly all: Candidate[] = [];
  private readonly byId = new Map<string, Candidate[]>();
  private readonly byParent = new Map<string, Candidate[]>();

  /** Gives whether it is new. The same block signed by two members is two candidates. */
  add(candidate: Candidate): boolean {
    if (this.withId(candidate.id).some(({ signer }) => signer === candidate.signer)) return false;
    this.all.push(candidate);
    append(this.byId, candidate.id, candidate);
    append(this.byParent, candidate.previous, candidate);
    return true;
  }

  withId(id: string): readonly Candidate[] {
    return this.byId.get(id) ?? [];
  }

  on(id: string): readonly Candidate[] {
    return this.byParent.get(id) ?? [];
  }
}

function append(map: Map<string, Candidate[]>, key: string, candidate: Candidate): void {
  const list = map.get(key);
  if (list) list.push(candidate);
  else map.set(key, [candidate]);
}
