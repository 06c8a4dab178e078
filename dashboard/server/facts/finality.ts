/** Something that was read after a block. */
export interface AtBlock {
  head: { num: number; id: string };
}

/** More changes than this never wait: what comes then waits for these. */
const MOST_WAITING = 500;

/** Lets through what was read, once its block cannot change any more, and drops what was read on a branch that lost. */
export class Finality<T extends AtBlock> {
  private waiting: T[] = [];
  private readonly same: (one: T) => string;
  private newest = '';

  /** `same`: a text that is equal for two readings between which nothing changed. */
  constructor(same: (one: T) => string) {
    this.same = same;
  }

  /** Takes a reading; one in which nothing changed is not kept. False when too many wait. */
  add(one: T): boolean {
    const text = this.same(one);
    if (text === this.newest) return true;
    if (this.waiting.length >= MOST_WAITING) return false;
    this.newest = text;
    this.waiting.push(one);
    return true;
  }

  /** Those that became irreversible with block `last`, oldest first. `idOf`: a block's id on the final chain. */
  async settle(last: number, idOf: (num: number) => Promise<string>): Promise<T[]> {
    const due = this.waiting.filter(({ head }) => head.num <= last);
    const final: T[] = [];
    for (const one of due) if ((await idOf(one.head.num)) === one.head.id) final.push(one);
    this.waiting = this.waiting.filter((one) => !due.includes(one));
    // What was dropped has to be seen again, also when nothing changes from now on.
    if (final.length < due.length) this.newest = '';
    return final;
  }
}
