import { PoolError, sentence } from '../../common/errors.ts';
import type { Decided, DecisionEvent, DecisionStream, Proposal } from '../../common/pool-store.ts';
import { firstSlot, windowOf } from '../../common/slot.ts';
import { LIMITS } from '../limits.ts';
import type { Answer, Decider } from './decider.ts';
import { isSame } from './same.ts';

/**
 * Who did not make the last decision waits so long for the one who did, so that two do not ask for one place; the first slot after an
 * emitter's death leaves that much later. A decision is known to all some 5 ms after it was asked for.
 */
const WAIT_MS = 30;
/** A proposal of which nobody knows whether it stands is asked for again after this. */
const RETRY_MS = 100;
/** A start in mid-window takes up what was decided in it: two windows of blocks and their rescues. */
const LOOKBACK = 64;

export interface SharedParts {
  stream: DecisionStream;
  /** Name of this emitter. */
  name: string;
  /** Resolves after so many ms. */
  pause(ms: number): Promise<void>;
  /** What the pool decided while nothing was asked. */
  onDecided(decided: Decided[]): void;
  /** The decisions cannot be read, or can again (null). */
  onTrouble(why: string | null): void;
}

/**
 * One of several emitters: what it chooses stands when the pool's stream of decisions has it, and what the others decided it adopts. Whoever asks
 * has been told of all decisions before the place that it asks for. [emitters: a slot once]
 */
export class SharedDecider implements Decider {
  readonly isShared = true;
  private readonly parts: SharedParts;
  /** Place of the newest decision that was told. */
  private told = 0;
  /** This emitter made that one, or one that was equal to it. */
  private leads = false;
  /** Read, and to be told with the next answer: somebody asked meanwhile. */
  private news: Decided[] = [];
  private asks = false;
  /** Ends the wait for another's decision. */
  private wake: (() => void) | null = null;
  /** Place of a proposal of which nobody knows whether it stands; null: there is none. */
  private unresolved: number | null = null;
  private isReading = false;
  private hintedAgain = false;
  private stopped = false;
  private hasBegun = false;
  /** The last slot that somebody has a lease of; 0: nobody has. */
  private leased = 0;

  constructor(parts: SharedParts) {
    this.parts = parts;
  }

  /**
   * Reads where the decisions end; gives those of a window and later ones, and of two before it, whose blocks can still come by, and tells what comes after them when the caller has taken these. Rejects
   * with PoolError `store`, and `config` when another emitter decides that window by a lease.
   */
  async begin(window: number): Promise<Decided[]> {
    const last = await this.parts.stream.last();
    const newest = await this.parts.stream.after(Math.max(0, last - LOOKBACK), LOOKBACK);
    this.told = newest.at(-1)?.seq ?? last;
    this.noteLeases(newest);
    if (this.leased >= firstSlot(window)) throw new PoolError('config', this.otherMode(this.leased));
    this.hasBegun = true;
    // Hints of before were no use: what they told of may be newer than these.
    this.hint();
    return newest.filter(({ decisions }) => windowOf(decisions[0]?.slot ?? 0) >= window - 2);
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** Place of the newest decision that the selection knows. */
  get place(): number {
    return this.told;
  }

  decide(decisions: DecisionEvent[], answer: (answer: Answer) => void): void {
    if (this.unresolved !== null)
      return answer({ as: 'unsure', why: `whether decision ${this.unresolved} stands is not known` });
    if (!this.hasBegun) return answer({ as: 'unsure', why: 'what was decided before is not read yet' });
    this.asks = true;
    const asked = this.ask({ emitter: this.parts.name, decisions });
    const unsure = (thrown: unknown): Answer => ({ as: 'unsure', why: sentence(thrown) });
    void asked.catch(unsure).then((given) => this.done(() => answer(given)));
  }

  catchUp(answer: (decided: Decided[] | null) => void): void {
    if (!this.hasBegun) return answer(null);
    this.asks = true;
    const read = this.read().then(
      () => true,
      () => false,
    );
    void read.then((isRead) => this.done(() => answer(isRead ? this.takeNews() : null)));
  }

  /** Answers; what came meanwhile is told behind it, unless the answer led to another question, which takes it. */
  private done(answer: () => void): void {
    this.asks = false;
    answer();
    this.tellNews();
  }

  private tellNews(): void {
    if (this.asks || this.stopped) return;
    const news = this.takeNews();
    if (news.length > 0) this.parts.onDecided(news);
  }

  /** Somebody votes: there may be a new decision. */
  hint(): void {
    if (!this.hasBegun || this.stopped) return;
    if (this.isReading) {
      this.hintedAgain = true;
      return;
    }
    this.isReading = true;
    void this.follow();
  }

  private async follow(): Promise<void> {
    try {
      do {
        this.hintedAgain = false;
        await this.read();
      } while (this.hintedAgain && !this.stopped);
      this.parts.onTrouble(null);
    } catch (thrown) {
      this.parts.onTrouble(sentence(thrown));
      // Nobody may vote for a while who would give a hint.
      void this.parts.pause(RETRY_MS).then(() => this.hint());
    }
    this.isReading = false;
    this.tellNews();
  }

  private async read(): Promise<void> {
    this.note(await this.parts.stream.after(this.news.at(-1)?.seq ?? this.told, LIMITS.decisionsRead));
  }

  /** Two readings can be under way, and a proposal. */
  private note(found: readonly Decided[]): void {
    this.noteLeases(found);
    const newest = this.news.at(-1)?.seq ?? this.told;
    this.news.push(...found.filter(({ seq }) => seq > newest));
    if (this.hasNews) this.wake?.();
  }

  private noteLeases(found: readonly Decided[]): void {
    this.leased = Math.max(this.leased, ...found.map(({ lease }) => lease?.until ?? 0));
  }

  private otherMode(slot: number): string {
    const what = `another emitter has a lease of window ${windowOf(slot)}, and this one decides slot by slot`;
    return `${what}: set EMITTER_LEASE alike at all emitters of the pool`;
  }

  private get hasNews(): boolean {
    return (this.news.at(-1)?.seq ?? 0) > this.told;
  }

  private async ask(proposal: Proposal): Promise<Answer> {
    if (!this.leads && !this.hasNews) await this.wait();
    if (this.hasNews) return this.compare(proposal);
    // [lease: one mode] The slots of a lease are its holder's alone.
    const slot = proposal.decisions[0]?.slot ?? 0;
    if (slot <= this.leased) return { as: 'unsure', why: this.otherMode(slot) };
    const expected = this.told;
    const appended = await this.parts.stream.append(proposal, expected);
    if (appended.as === 'lost') {
      this.note(appended.winners);
      return this.compare(proposal);
    }
    if (appended.as === 'unsure') {
      void this.resolve(proposal, expected);
      return appended;
    }
    this.tell(appended.seq, true);
    return { as: 'stands' };
  }

  /** Two emitters choose the same block as a rule: then it does not matter who asked. */
  private compare(proposal: Proposal): Answer {
    const first = this.news.find(({ seq }) => seq > this.told);
    if (!first || !isSame(first.decisions, proposal.decisions)) return { as: 'others', decided: this.takeNews() };
    this.tell(first.seq, first.emitter === this.parts.name);
    return { as: 'stands' };
  }

  private takeNews(): Decided[] {
    const news = this.news.filter(({ seq }) => seq > this.told);
    const last = news.at(-1);
    if (last) this.tell(last.seq, last.emitter === this.parts.name);
    return news;
  }

  private tell(place: number, leads: boolean): void {
    this.told = place;
    if (this.unresolved !== null && this.unresolved <= place) this.unresolved = null;
    this.leads = leads;
    this.news = this.news.filter(({ seq }) => seq > place);
  }

  private async wait(): Promise<void> {
    const woken = Promise.withResolvers<void>();
    this.wake = woken.resolve;
    await Promise.race([woken.promise, this.parts.pause(WAIT_MS)]);
    this.wake = null;
  }

  /** The same append again, until it tells: before that nothing else is asked for. */
  private async resolve(proposal: Proposal, expected: number): Promise<void> {
    this.unresolved = expected + 1;
    while (!this.stopped && this.unresolved === expected + 1) {
      await this.parts.pause(RETRY_MS);
      const appended = await this.parts.stream.append(proposal, expected).catch(() => null);
      if (appended === null || appended.as === 'unsure') continue;
      this.unresolved = null;
      this.note(appended.as === 'won' ? [{ ...proposal, seq: appended.seq }] : appended.winners);
      this.tellNews();
      // Others can have gone on meanwhile.
      this.hint();
    }
  }
}
