import { sha256 } from '../../../common/canonical.ts';
import { PoolError } from '../../../common/errors.ts';
import { beginning, counts, isSame, knownIn, mayBegin } from './electorate.ts';
import { type EntryPlace, isGenuine, readEntry, type SignedEntry, signEntry, type Voting } from './signed-vote.ts';
import { type Accepted, compareBallots, type Entry, Tally, type Vote } from './tally.ts';

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
  place: EntryPlace;
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
    if (!this.isSound || !mayBegin(voting.key, this.tally, voting)) return false;
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
      for (
        let i = 0;
        i < MOST_TRIES && !this.isSound && mayBegin(this.parts.voting.key, this.tally, this.parts.voting);
        i++
      ) {
        if (await this.enter(beginning(place, this.tally, this.parts.voting))) this.hasLost = false;
        else await this.read();
      }
    });
  }

  /** Enters a beginning that is due; nothing that was voted is void by it. */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      for (let i = 0; i < MOST_TRIES && this.isOutdated; i++)
        if (!(await this.enter(beginning(this.tally.from ?? 1, this.tally, this.parts.voting)))) await this.read();
    });
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
    if (isEntered) this.apply(at, markOf(text), { entry, key: voting.key });
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
      if (first?.place.at === this.seen && first.mark !== this.newest) {
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
    for (let next = from; next <= to; next = (all.at(-1)?.place.at ?? to) + 1) {
      const found = await this.log.read(next, to);
      if (found.length === 0) throw new PoolError('store', `its votes from ${next} on cannot be read`);
      for (const { seq: at, text } of found)
        all.push({ place: { log, at }, mark: markOf(text), signed: readEntry(text, { log, at }) });
    }
    return all;
  }

  private takeAll(found: readonly Read[]): void {
    const { voting, remembered = [] } = this.parts;
    const { known, isUsed } =
      this.tally.from === null ? knownIn(found, voting, remembered) : { known: this.tally.keys, isUsed: true };
    this.isUsed = isUsed;
    for (const { place, mark, signed } of found) {
      if (place.at <= this.seen) continue;
      if (place.at > this.seen + 1) this.cut = true;
      const isCounted = signed && counts(signed, this.tally, voting, known) && isGenuine(signed, place, voting);
      this.apply(place.at, mark, isCounted ? signed : null);
    }
  }

  private apply(at: number, mark: string, signed: Pick<SignedEntry, 'entry' | 'key'> | null): void {
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

function markOf(text: string): string {
  return sha256(text).toString('base64');
}
