import { BOUNDS } from './bounds.ts';

/** A member's connection to another emitter came or went. */
export interface MemberChange {
  signer: string;
  up: boolean;
  /** The other emitter. */
  from: string;
}

interface Other {
  /** Monotonic ms. */
  heardAt: number;
  members: Set<string>;
}

/** The other emitters that are heard of, and the members connected to each, by its word. Pure: the caller brings the monotonic time. */
export class Presence {
  private readonly others = new Map<string, Other>();

  /** Names of the emitters that are there. */
  get names(): string[] {
    return [...this.others.keys()];
  }

  /** Something came from an emitter. Gives false for one emitter too many. */
  heard(from: string, monotonic: number): boolean {
    const known = this.others.get(from);
    if (known) known.heardAt = monotonic;
    else if (this.others.size >= BOUNDS.emitters) return false;
    else this.others.set(from, { heardAt: monotonic, members: new Set() });
    return true;
  }

  /** Its word on who is connected to it now. Gives what is new. */
  members(from: string, signers: readonly string[]): MemberChange[] {
    const other = this.others.get(from);
    if (!other) return [];
    const before = other.members;
    other.members = new Set(signers);
    const gone = [...before].filter((signer) => !other.members.has(signer));
    const come = [...other.members].filter((signer) => !before.has(signer));
    const change = (up: boolean) => (signer: string) => ({ signer, up, from });
    return [...gone.map(change(false)), ...come.map(change(true))];
  }

  /** Forgets emitters that are silent. Gives their names, and the members that are not known to be connected to them any more. */
  expire(monotonic: number): { silent: string[]; changes: MemberChange[] } {
    const silent = this.names.filter((name) => (this.others.get(name)?.heardAt ?? 0) + BOUNDS.silentMs < monotonic);
    const changes = silent.flatMap((name) => this.members(name, []));
    for (const name of silent) this.others.delete(name);
    return { silent, changes };
  }
}
