import { PoolError } from '../../../common/errors.ts';
import { type Accepted, type Begin, compareBallots, Tally, type Vote } from './tally.ts';

/** A linear log on one node: what a voter is made of. Calls reject when the node does not answer. */
export interface VoteLog {
  /** Place of the newest entry; 0 without one. */
  last(): Promise<number>;
  /** Appends right after an entry; false: something else stands there. When it rejects, it may stand there or come to. */
  append(text: string, after: number): Promise<boolean>;
  read(from: number, to: number): Promise<{ seq: number; text: string }[]>;
}

/** Old votes that are not read at the start: some minutes of decisions. */
const READ_AT_START = 4096;
const REST_MS = 100;
/** Another emitter can come first again and again; somebody gets on each time. */
const MOST_TRIES = 32;

/** One of the three voters as this emitter sees it: its log, and what it says as far as it was read. */
export class Voter {
  tally = new Tally();
  private readonly log: VoteLog;
  private readonly now: () => number;
  private seen = 0;
  /** The text of that entry. */
  private newest = '';
  /** Its log ends before what was seen in it. */
  private hasLost = false;
  /** Up to this place it has voted and lost that: one that begins below was begun anew, by somebody who knows nothing of this pool's decisions. */
  private forgot = 0;
  private cut = false;
  /** It did not answer when it was last asked. */
  isAway = false;
  private restsUntil = 0;
  /** Calls take their turn, so that each knows the whole log before its own entry. */
  private turn: Promise<unknown> = Promise.resolve();

  /** `now`: ms. */
  constructor(log: VoteLog, now: () => number) {
    this.log = log;
    this.now = now;
  }

  /** Whether it may vote: it has begun, and has all that was seen of it or begun again after that. */
  get isSound(): boolean {
    return this.tally.from !== null && this.tally.from > this.forgot && !this.hasLost;
  }

  /** Whether its beginning is not read, or gone by age: what is kept of its oldest places may be a part. */
  get isCut(): boolean {
    return this.cut;
  }

  /** Reads what is new. Rejects when the node does not answer. */
  catchUp(): Promise<void> {
    return this.inTurn(() => this.read());
  }

  /**
   * Enters a vote. Gives what was accepted for its place before; `refused` when the vote does not count there: a higher ballot was before
   * it, or the voter is not sound. Rejects when the node does not answer, and when `isOver` by the time it is its turn.
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
      for (let i = 0; i < MOST_TRIES && !this.isSound; i++) {
        if (await this.enter({ kind: 'begin', place })) this.hasLost = false;
        else await this.read();
      }
    });
  }

  private isVoid({ place, ballot }: Vote): boolean {
    return !this.isSound || !this.tally.counts(place) || compareBallots(ballot, this.tally.promised(place)) < 0;
  }

  /** False: something else was entered first, which has to be read. */
  private async enter(vote: Vote | Begin): Promise<boolean> {
    const text = JSON.stringify(vote);
    const isEntered = await this.log.append(text, this.seen);
    if (isEntered) this.take({ seq: this.seen + 1, text });
    return isEntered;
  }

  private async read(): Promise<void> {
    const last = await this.log.last();
    if (last < this.seen) this.forget(last);
    while (this.seen < last) {
      const from = this.seen === 0 ? Math.max(1, last - READ_AT_START) : this.seen;
      const found = await this.log.read(from, last);
      const [first] = found;
      // A log that was made anew has something else where this one was seen to end.
      if (first?.seq === this.seen && first.text !== this.newest) {
        this.forget(last);
        continue;
      }
      const unread = found.filter(({ seq }) => seq > this.seen);
      if (unread.length === 0) throw new PoolError('store', `its votes after ${this.seen} cannot be read`);
      for (const entry of unread) {
        // What is missing is gone by age, or not read: it has begun.
        if (entry.seq > this.seen + 1) this.begun(entry.seq - 1);
        this.take(entry);
      }
    }
  }

  private forget(last: number): void {
    this.forgot = Math.max(this.forgot, this.tally.highest);
    this.tally = new Tally();
    this.seen = 0;
    this.hasLost = last > 0;
  }

  private begun(seen: number): void {
    this.cut = true;
    this.seen = seen;
    this.tally.apply({ kind: 'begin', place: 1 });
  }

  private take({ seq, text }: { seq: number; text: string }): void {
    this.seen = seq;
    this.newest = text;
    this.tally.apply(JSON.parse(text) as Vote | Begin);
  }

  /** One that just gave no answer is not asked again for a while, so that nothing queues behind it. */
  private async asked<T>(work: () => Promise<T>, isOver: () => boolean): Promise<T> {
    if (isOver()) throw new PoolError('store', 'its turn came too late');
    if (this.now() < this.restsUntil) throw new PoolError('store', 'a voter gave no answer a moment ago');
    try {
      const answer = await work();
      this.isAway = false;
      return answer;
    } catch (thrown) {
      this.isAway = true;
      this.restsUntil = this.now() + REST_MS;
      throw thrown;
    }
  }

  private inTurn<T>(work: () => Promise<T>, isOver = () => false): Promise<T> {
    const done = this.turn.then(() => this.asked(work, isOver));
    this.turn = done.catch(() => {});
    return done;
  }
}
