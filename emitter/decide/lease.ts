import { PoolError, sentence } from '../../common/errors.ts';
import type { Decided, DecisionEvent, DecisionStream } from '../../common/pool-store.ts';
import { windowOf } from '../../common/slot.ts';
import { type Announcement, parseAnnouncement } from './announcement.ts';
import type { Answer, Decider, PublicBlock } from './decider.ts';
import { LeaseTaker } from './lease-taker.ts';
import type { Leases, StandingLease } from './leases.ts';
import { isSame } from './same.ts';

/** How long the holder's word is waited for when the same slot's block is here: a slot, more than what travels between continents. */
const HEAR_MS = 500;
/** The same when the holder's block is in public already: then its word is on the way, too. */
const PUBLIC_MS = 200;
/** Words about leases that are not known here yet: the reading of the stream is on its way. */
const EARLY_KEPT = 4;

export interface LeaseParts {
  stream: DecisionStream;
  /** Name of this emitter. */
  name: string;
  /** Names this run of it, and no other. */
  run: string;
  /** Resolves after so many ms. */
  pause(ms: number): Promise<void>;
  random(): number;
  /** Tells all other emitters; what is lost on the way is told with the next. */
  announce(text: string): void;
  /** What the pool decided while nothing was asked. */
  onDecided(decided: Decided[]): void;
  /** The leases cannot be read or taken, or can again (null). */
  onTrouble(why: string | null): void;
  /** A lease stands. */
  onLease(lease: StandingLease, isOwn: boolean): void;
}

/**
 * One of several emitters with long ways between them: who has the lease of a window decides its slots alone, with no round trip, and its own
 * journal makes them durable; the others hear of them and adopt them. A lease is an entry of the pool's stream of decisions, for a whole window. When its
 * holder dies the rest of that window is lost, and so it is when the holder is started again, for that is another run. [emitters: a slot once]
 */
export class LeaseDecider implements Decider {
  readonly isShared = true;
  private readonly parts: LeaseParts;
  private readonly taker: LeaseTaker;
  private readonly leases: Leases;
  /** What this run decided by its newest lease. */
  private own: Announcement | null = null;
  /** Place of the newest lease of another's of which something was heard, and how many of its steps. */
  private heard = { place: 0, steps: 0 };
  private early: Announcement[] = [];
  /** To be told with the next answer: somebody asked meanwhile. */
  private news: Decided[] = [];
  private asks = false;
  private wake: (() => void) | null = null;
  private isReading = false;
  private hintedAgain = false;
  private hasBegun = false;
  private stopped = false;

  constructor(parts: LeaseParts) {
    this.parts = parts;
    const { stream, name, run, pause, random } = parts;
    this.taker = new LeaseTaker({
      ...{ stream, name, run, pause, random },
      onLease: (lease) => this.parts.onLease(lease, this.leases.isOwn(lease)),
      onDecided: (decided) => this.add(decided),
      onTrouble: (why) => this.parts.onTrouble(why),
    });
    this.leases = this.taker.leases;
  }

  /** Reads the leases; what their holders decided they tell with the next block. Rejects as LeaseTaker.begin. */
  async begin(window: number): Promise<Decided[]> {
    await this.taker.begin(window);
    this.hasBegun = true;
    return [];
  }

  stop(): void {
    this.stopped = true;
    this.taker.stop();
    this.wake?.();
  }

  /** A window of the pool's begins in some 3 s. */
  prepare(window: number): void {
    if (this.hasBegun && this.leases.isFree(window)) void this.taker.prepare(window).then(() => this.settle());
  }

  decide(decisions: DecisionEvent[], answer: (answer: Answer) => void): void {
    const lease = this.leases.of(slotsOf(decisions));
    if (lease && this.leases.isOwn(lease)) return this.decideAlone(lease, decisions, answer);
    this.asks = true;
    const unsure = (thrown: unknown): Answer => ({ as: 'unsure', why: sentence(thrown) });
    void this.ask(decisions)
      .catch(unsure)
      .then((given) => this.done(() => this.answerAs(given, decisions, answer)));
  }

  catchUp(answer: (decided: Decided[] | null) => void, block: PublicBlock): void {
    const lease = this.leases.of([block.slot]);
    if (lease && this.leases.isOwn(lease)) return answer(this.takeNews());
    this.asks = true;
    const learnt = this.learn(block).catch(() => false);
    void learnt.then((isKnown) => this.done(() => answer(isKnown ? this.takeNews() : null)));
  }

  /** Somebody votes: there may be a new lease. */
  hint(): void {
    if (!this.hasBegun) return;
    if (this.isReading) {
      this.hintedAgain = true;
      return;
    }
    this.isReading = true;
    void this.follow();
  }

  /** Another emitter's word. Whatever is wrong with it has no effect. */
  hear(text: string): void {
    const said = this.hasBegun ? parseAnnouncement(text) : null;
    if (!said) return;
    this.keepEarly(said);
    if (said.place > this.leases.place) this.hint();
    this.settle();
  }

  /** What leaves first is the block: the journal has it by then, and the others let it out as well. */
  private decideAlone(lease: StandingLease, decisions: DecisionEvent[], answer: (answer: Answer) => void): void {
    if (this.own?.place !== lease.place) this.own = { place: lease.place, run: lease.run, steps: [] };
    this.own.steps.push(decisions);
    answer({ as: 'stands' });
    this.parts.announce(JSON.stringify(this.own));
  }

  /** A lease that was taken while it was asked for is the own one. */
  private answerAs(given: Answer | StandingLease, decisions: DecisionEvent[], answer: (answer: Answer) => void): void {
    if ('place' in given) this.decideAlone(given, decisions, answer);
    else answer(given);
  }

  private async ask(decisions: DecisionEvent[]): Promise<Answer | StandingLease> {
    if (this.news.length > 0) return this.compare(decisions);
    const slots = slotsOf(decisions);
    const window = windowOf(slots[0] ?? 0);
    if (!this.leases.of(slots)) await this.taker.take(window);
    if (this.news.length > 0) return this.compare(decisions);
    const lease = this.leases.of(slots);
    if (!lease) throw new PoolError('store', this.taker.whyNot(window));
    if (this.leases.isOwn(lease)) return lease;
    if (lease.emitter === this.parts.name)
      throw new PoolError('store', `the lease of window ${window} is an earlier run's of this emitter`);
    if (await this.until(() => this.news.length > 0, HEAR_MS)) return this.compare(decisions);
    throw new PoolError('store', `${lease.emitter} has the lease of window ${window} and says nothing`);
  }

  /** Two emitters choose the same block as a rule: then it does not matter who decided. */
  private compare(decisions: DecisionEvent[]): Answer {
    const [first] = this.news;
    if (!first || !isSame(first.decisions, decisions)) return { as: 'others', decided: this.takeNews() };
    this.news.shift();
    return { as: 'stands' };
  }

  /** Whether all is known that was decided when this block was in public: of another's lease, when its word of the block has come. */
  private async learn({ id, slot }: PublicBlock): Promise<boolean> {
    if (!this.leases.of([slot])) await this.taker.read();
    this.settle();
    const lease = this.leases.of([slot]);
    if (!lease || this.leases.isOwn(lease)) return true;
    if (lease.emitter === this.parts.name) return false;
    return this.until(() => this.news.some(({ decisions }) => decisions.some((one) => one.id === id)), PUBLIC_MS);
  }

  private async until(isSo: () => boolean, ms: number): Promise<boolean> {
    let isOver = false;
    const over = this.parts.pause(ms).then(() => {
      isOver = true;
    });
    while (!isSo() && !isOver && !this.stopped) {
      const woken = Promise.withResolvers<void>();
      this.wake = woken.resolve;
      await Promise.race([woken.promise, over]);
    }
    this.wake = null;
    return isSo();
  }

  /** Answers; what came meanwhile is told behind it, unless the answer led to another question, which takes it. */
  private done(answer: () => void): void {
    this.asks = false;
    answer();
    this.tellNews();
  }

  private tellNews(): void {
    if (this.asks || this.stopped || this.news.length === 0) return;
    this.parts.onDecided(this.takeNews());
  }

  private takeNews(): Decided[] {
    const { news } = this;
    this.news = [];
    return news;
  }

  private async follow(): Promise<void> {
    try {
      do {
        this.hintedAgain = false;
        await this.taker.read();
        this.settle();
      } while (this.hintedAgain && !this.stopped);
      this.parts.onTrouble(null);
    } catch (thrown) {
      this.parts.onTrouble(sentence(thrown));
    }
    this.isReading = false;
  }

  /** Each word has all of the words before it about its lease; they come by several ways, and not in their order. */
  private keepEarly(said: Announcement): void {
    const same = this.early.find(({ place }) => place === said.place);
    if (same && same.steps.length >= said.steps.length) return;
    const others = this.early.filter((one) => one !== same);
    this.early = [...others, said].sort((one, other) => one.place - other.place).slice(-EARLY_KEPT);
  }

  /** What was heard before its lease was known. */
  private settle(): void {
    const known = this.early.filter(({ place }) => place <= this.leases.place);
    this.early = this.early.filter(({ place }) => place > this.leases.place);
    for (const said of known) this.take(said);
    this.tellNews();
  }

  /** [lease: own run] Only of the run whose lease it is, and [lease: within the lease] only of its slots. */
  private take({ place, run, steps }: Announcement): void {
    const lease = this.leases.at(place);
    if (!lease || lease.run !== run || this.leases.isOwn(lease)) return;
    if (!steps.every((step) => slotsOf(step).every((slot) => slot >= lease.from && slot <= lease.until))) return;
    // All tell in the order of the leases: what comes behind a later one's is left out.
    if (place < this.heard.place) return;
    const before = place === this.heard.place ? this.heard.steps : 0;
    this.heard = { place, steps: Math.max(before, steps.length) };
    for (const decisions of steps.slice(before)) this.add({ seq: place, emitter: lease.emitter, decisions });
  }

  private add(decided: Decided): void {
    this.news.push(decided);
    this.wake?.();
  }
}

function slotsOf(decisions: readonly DecisionEvent[]): number[] {
  return decisions.map(({ slot }) => slot);
}
