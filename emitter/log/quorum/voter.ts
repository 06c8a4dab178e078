import { sha256 } from '../../../common/canonical.ts';
import { PoolError } from '../../../common/errors.ts';
import { isGenuine, KEYS_MOST, readEntry, type SignedEntry, signEntry, type Voting } from './signed-vote.ts';
import { type Accepted, type Begin, compareBallots, type Entry, Tally, type Vote } from './tally.ts';

/** A linear log on one node: what a voter is made of. Calls reject when the node does not answer. */
export interface VoteLog {
  /** Place of the newest entry; 0 without one. */
  last(): Promise<number>;
  /** Appends right after an entry; false: something else stands there. When it rejects, it may stand there or come to. */
  append(text: string, after: number): Promise<boolean>;
  read(from: number, to: number): Promise<{ seq: number; text: string }[]>;
}

export interface VoterParts {
  log: VoteLog;
  /** 1, 2 or 3. */
  number: number;
  voting: Voting;
  /** Keys that counted when an earlier run of this emitter read the logs. */
  remembered?: readonly string[];
  /** ms. */
  now(): number;
}

/** What a log has at a place; null for what is no entry. `mark`: tells it from others. */
interface Read {
  at: number;
  mark: string;
  signed: SignedEntry | null;
}

/** Old votes that are not read at the start: some minutes of decisions. */
const READ_AT_START = 4096;
/** A beginning is entered anew before it is out of what is read at a start, by number or by age: votes are kept for a day. */
const BEGIN_ENTRIES = 1024;
const BEGIN_MS = 3_600_000;
/** Emitters that read the contract from nodes of different heights do not take turns in this. */
const BEGIN_RESTS_MS = 10_000;
const REST_MS = 100;
/** Another emitter can come first again and again; somebody gets on each time. */
const MOST_TRIES = 32;

/**
 * One of the three voters as this emitter sees it: its log, and what it says as far as it was read. Whatever in the log no key has signed whose votes
 * count is passed over, by all who read it alike.
 */
export class Voter {
  tally = new Tally();
  private readonly parts: VoterParts;
  private readonly log: VoteLog;
  private seen = 0;
  /** The mark of what stands there. */
  private newest = '';
  /** Its newest beginning: which entry that is, and when it was read. */
  private begun = { at: 0, ms: 0 };
  /** Its log ends before what was seen in it. */
  private hasLost = false;
  /** Up to this place it has voted and lost that: one that begins below was begun anew, by somebody who knows nothing of this pool's decisions. */
  private forgot = 0;
  private cut = false;
  /** Something in it is by a key that the contract names. */
  private isUsed = false;
  /** It did not answer when it was last asked. */
  isAway = false;
  private restsUntil = 0;
  /** Calls take their turn, so that each knows the whole log before its own entry. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(parts: VoterParts) {
    this.parts = parts;
    this.log = parts.log;
  }

  /** Whether it may vote: it has begun, and has all that was seen of it or begun again after that. */
  get isSound(): boolean {
    return this.tally.from !== null && this.tally.from > this.forgot && !this.hasLost;
  }

  /** Whether its beginning is not read, or gone by age: what is kept of its oldest places may be a part. */
  get isCut(): boolean {
    return this.cut;
  }

  /** Whether no emitter has entered anything in it, as far as can be known: all of it was read. */
  get isNew(): boolean {
    return this.tally.from === null && !this.cut && !this.isUsed;
  }

  /** Whether there is nothing in it at all. */
  get isEmpty(): boolean {
    return this.seen === 0;
  }

  /** Whether this emitter's votes count in it. */
  get isOpen(): boolean {
    return this.tally.keys.has(this.parts.voting.key);
  }

  /** Whether this emitter is to enter a beginning: the contract names other keys than count, or the newest one will soon not be read at a start. */
  get isOutdated(): boolean {
    const { voting, now } = this.parts;
    if (!this.isSound || !this.mayBegin(voting.key)) return false;
    const age = now() - this.begun.ms;
    if (age > BEGIN_MS || this.seen - this.begun.at > BEGIN_ENTRIES) return true;
    return age > BEGIN_RESTS_MS && !isSame(voting.named(), this.tally.keys);
  }

  /** Reads what is new. Rejects when the node does not answer. */
  catchUp(): Promise<void> {
    return this.inTurn(() => this.read());
  }

  /**
   * Enters a vote. Gives what was accepted for its place before; `refused` when the vote does not count there: a higher ballot was before
   * it, or the voter is not sound, or not open. Rejects when the node does not answer, and when `isOver` by the time it is its turn.
   */
  cast(vote: Vote, isOver: () => boolean): Promise<{ refused: boolean; accepted: Accepted | null }> {
    return this.inTurn(async () => {
      for (let i = 0; i < MOST_TRIES; i++) {
        const accepted = this.tally.accepted(vote.place);
        if (this.isVoid(vote)) return { refused: true, accepted };
        if (await this.enter(vote)) return { refused: false, accepted };
        await this.read();
      }
      throw new PoolError('store', 'others came first each time');
    }, isOver);
  }

  /** Lets a voter that is not sound vote from a place on. */
  begin(place: number): Promise<void> {
    return this.inTurn(async () => {
      for (let i = 0; i < MOST_TRIES && !this.isSound && this.mayBegin(this.parts.voting.key); i++) {
        if (await this.enter(this.beginning(place))) this.hasLost = false;
        else await this.read();
      }
    });
  }

  /** Enters a beginning that is due; nothing that was voted is void by it. */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      for (let i = 0; i < MOST_TRIES && this.isOutdated; i++)
        if (!(await this.enter(this.beginning(this.tally.from ?? 1)))) await this.read();
    });
  }

  private beginning(place: number): Begin {
    const keys = this.parts.voting.named();
    const before = new Set([...this.tally.keys, ...this.tally.past]);
    const past = [...before].filter((key) => !keys.has(key)).slice(0, KEYS_MOST);
    return { kind: 'begin', place, keys: [...keys], past };
  }

  private isVoid({ place, ballot }: Vote): boolean {
    if (!this.isSound || !this.isOpen || !this.tally.counts(place)) return true;
    return compareBallots(ballot, this.tally.promised(place)) < 0;
  }

  /** False: something else was entered first, which has to be read. */
  private async enter(entry: Entry): Promise<boolean> {
    const { number: log, voting } = this.parts;
    const at = this.seen + 1;
    const text = signEntry(entry, { log, at }, voting);
    const isEntered = await this.log.append(text, this.seen);
    if (isEntered) this.apply({ at, mark: markOf(text), signed: null }, { entry, key: voting.key });
    return isEntered;
  }

  private async read(): Promise<void> {
    const last = await this.log.last();
    if (last < this.seen) this.forget(last);
    // What stands in one that has not begun may be told by what comes after it.
    if (this.tally.from === null) this.seen = 0;
    while (this.seen < last) {
      const isFirst = this.seen === 0;
      const from = isFirst ? Math.max(1, last - READ_AT_START) : this.seen;
      const found = await this.between(from, last);
      const [first] = found;
      // A log that was made anew has something else where this one was seen to end.
      if (first?.at === this.seen && first.mark !== this.newest) {
        this.forget(last);
        continue;
      }
      if (isFirst) this.cut = false;
      this.takeAll(found);
      // Somebody may have filled it up.
      if (!isFirst || from === 1 || this.tally.from !== null) continue;
      const all = await this.between(1, last);
      Object.assign(this, { seen: 0, cut: false });
      this.takeAll(all);
    }
  }

  /** What there is in between; some of it can be gone by age. */
  private async between(from: number, to: number): Promise<Read[]> {
    const { number: log } = this.parts;
    const all: Read[] = [];
    for (let next = from; next <= to; next = (all.at(-1)?.at ?? to) + 1) {
      const found = await this.log.read(next, to);
      if (found.length === 0) throw new PoolError('store', `its votes from ${next} on cannot be read`);
      all.push(...found.map(({ seq: at, text }) => ({ at, mark: markOf(text), signed: readEntry(text, { log, at }) })));
    }
    return all;
  }

  private takeAll(found: readonly Read[]): void {
    const known = this.tally.from === null ? this.known(found) : null;
    for (const one of found) {
      if (one.at <= this.seen) continue;
      if (one.at > this.seen + 1) this.cut = true;
      this.apply(one, one.signed && this.counts(one.signed, known) && this.isGenuine(one) ? one.signed : null);
    }
  }

  /** Whose beginning may count: from the newest one back, whom one of those names counts as well. */
  private known(found: readonly Read[]): ReadonlySet<string> {
    const { voting, remembered = [] } = this.parts;
    const known = new Set([...voting.named(), ...remembered]);
    for (const one of found.toReversed()) {
      if (!one.signed || !known.has(one.signed.key) || !this.isGenuine(one)) continue;
      this.isUsed = true;
      const { entry } = one.signed;
      if (entry.kind === 'begin') for (const key of [...entry.keys, ...entry.past]) known.add(key);
    }
    return known;
  }

  /** Whether an entry at hand counts when its signature is right. Votes are looked at once more by the tally. */
  private counts({ entry, key }: SignedEntry, known: ReadonlySet<string> | null): boolean {
    if (this.tally.from === null) return entry.kind === 'begin' && known?.has(key) === true;
    return this.tally.keys.has(key) || (entry.kind === 'begin' && this.mayBegin(key));
  }

  /** Whose votes count, or, when none of them is an emitter any more, who is. */
  private mayBegin(key: string): boolean {
    const { keys } = this.tally;
    const named = this.parts.voting.named();
    return keys.has(key) || (named.has(key) && ![...keys].some((each) => named.has(each)));
  }

  private isGenuine({ at, signed }: Read): boolean {
    const { number: log, voting } = this.parts;
    return signed !== null && isGenuine(signed, { log, at }, voting);
  }

  private apply({ at, mark }: Read, signed: Pick<SignedEntry, 'entry' | 'key'> | null): void {
    this.seen = at;
    this.newest = mark;
    if (!signed) return;
    this.tally.apply(signed.entry, signed.key);
    if (signed.entry.kind === 'begin') this.begun = { at, ms: this.parts.now() };
  }

  private forget(last: number): void {
    this.forgot = Math.max(this.forgot, this.tally.highest);
    this.tally = new Tally();
    this.seen = 0;
    this.hasLost = last > 0;
  }

  /** One that just gave no answer is not asked again for a while, so that nothing queues behind it. */
  private async asked<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T> {
    const { now } = this.parts;
    if (isOver()) throw new PoolError('store', 'its turn came too late');
    if (now() < this.restsUntil) throw new PoolError('store', 'a voter gave no answer a moment ago');
    try {
      const answer = await work();
      this.isAway = false;
      return answer;
    } catch (thrown) {
      this.isAway = true;
      this.restsUntil = now() + REST_MS;
      throw thrown;
    }
  }

  private inTurn<T>(work: () => Promise<T>, isOver = () => false): Promise<T> {
    const done = this.turn.then(() => this.asked(work, isOver));
    this.turn = done.catch(() => {});
    return done;
  }
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((key) => other.has(key));
}

function markOf(text: string): string {
  return sha256(text).toString('base64');
}
