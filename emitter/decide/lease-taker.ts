import { PoolError, sentence } from '../../common/errors.ts';
import type { Decided, DecisionStream } from '../../common/pool-store.ts';
import { windowOf } from '../../common/slot.ts';
import { LIMITS } from '../limits.ts';
import { Leases, leaseOf, type StandingLease } from './leases.ts';

/**
 * Who did not have the last lease leaves the next window for so long to who did: with a prepared window some 1.5 s are left then, four times what a
 * lease takes at a round trip of 250 ms. Up to JITTER_MS more, so that two of them do not ask at once.
 */
const LEAVE_MS = 1500;
const JITTER_MS = 300;
/** A lease of which nobody knows whether it stands is asked for again after this. */
const RETRY_MS = 100;
/** Each try that loses makes known what stands there; a window is taken, or another's, after one or two. */
const TRIES = 4;
/** Leases and decisions of the windows around a start. */
const LOOKBACK = 64;

export interface TakerParts {
  stream: DecisionStream;
  /** Name of this emitter. */
  name: string;
  /** Names this run of it, and no other. */
  run: string;
  /** Resolves after so many ms. */
  pause(ms: number): Promise<void>;
  random(): number;
  /** A lease stands, whoever has it. */
  onLease(lease: StandingLease): void;
  /** What an emitter decided without a lease. */
  onDecided(decided: Decided): void;
  /** The window's lease could not be taken beforehand. */
  onTrouble(why: string): void;
}

/** Reads the leases of a pool's stream, and takes them. */
export class LeaseTaker {
  readonly leases: Leases;
  private readonly parts: TakerParts;
  /** One lease is asked for at a time. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Window of a lease of which nobody knows whether it stands. */
  private unresolved: number | null = null;
  private stopped = false;

  constructor(parts: TakerParts) {
    this.parts = parts;
    this.leases = new Leases(parts.run);
  }

  /** Reads what there is of a window and later ones. Rejects with PoolError `store`, and `config` when another emitter decides it without a lease. */
  async begin(window: number): Promise<void> {
    const last = await this.parts.stream.last();
    for (const one of await this.parts.stream.after(Math.max(0, last - LOOKBACK), LOOKBACK)) this.leases.note(one);
    if (this.leases.isDecided(window)) throw new PoolError('config', this.otherMode(window));
  }

  stop(): void {
    this.stopped = true;
  }

  /** Reads what is new. Rejects with PoolError `store`. */
  async read(): Promise<void> {
    this.note(await this.parts.stream.after(this.leases.place, LIMITS.decisionsRead));
  }

  /** Some 3 s before a window: at once for who had the last one, so that slot 0 waits for nobody; the others when it does not. */
  async prepare(window: number): Promise<void> {
    const { last } = this.leases;
    if (!last || !this.leases.isOwn(last)) await this.parts.pause(LEAVE_MS + this.parts.random() * JITTER_MS);
    await this.take(window).catch((thrown) => this.parts.onTrouble(sentence(thrown)));
  }

  /** When it resolves the window has a lease, whoever has it, or never will. Rejects with PoolError `store` when that is not known. */
  take(window: number): Promise<void> {
    const done = this.turn.then(() => this.ask(window));
    this.turn = done.catch(() => {});
    return done;
  }

  /** Why nobody can have a lease of a window that has none. */
  whyNot(window: number): string {
    if (this.leases.isDecided(window)) return this.otherMode(window);
    const last = windowOf(this.leases.last?.until ?? 0);
    return `nobody has a lease of window ${window}, and they go on after window ${last}`;
  }

  private async ask(window: number): Promise<void> {
    const { stream, name: emitter, run } = this.parts;
    const lease = leaseOf(window, run);
    for (let i = 0; i < TRIES && this.leases.isFree(window) && !this.stopped; i++) {
      if (this.unresolved !== null)
        throw new PoolError('store', `whether the lease of window ${this.unresolved} stands is not known`);
      // [lease: compare and set] Right after all that is known here, or not at all.
      const expected = this.leases.place;
      const proposal = { emitter, decisions: [], lease };
      const appended = await stream.append(proposal, expected);
      if (appended.as === 'unsure') {
        void this.resolve(proposal, expected, window);
        throw new PoolError('store', appended.why);
      }
      this.note(appended.as === 'won' ? [{ ...proposal, seq: appended.seq }] : appended.winners);
    }
  }

  /** The same append again, until it tells: before that no other is asked for. */
  private async resolve(proposal: Omit<Decided, 'seq'>, expected: number, window: number): Promise<void> {
    this.unresolved = window;
    while (!this.stopped && this.unresolved !== null) {
      await this.parts.pause(RETRY_MS);
      const appended = await this.parts.stream.append(proposal, expected).catch(() => null);
      if (appended === null || appended.as === 'unsure') continue;
      this.unresolved = null;
      this.note(appended.as === 'won' ? [{ ...proposal, seq: appended.seq }] : appended.winners);
    }
  }

  /** A reading and an append can be under way at once. */
  private note(found: readonly Decided[]): void {
    for (const one of found) {
      if (one.seq <= this.leases.place) continue;
      this.leases.note(one);
      if (one.lease) this.parts.onLease({ ...one.lease, place: one.seq, emitter: one.emitter });
      else this.parts.onDecided(one);
    }
  }

  private otherMode(window: number): string {
    const what = `another emitter decided blocks of window ${window}, or a later one, slot by slot, and this one goes by leases`;
    return `${what}: set EMITTER_LEASE alike at all emitters of the pool`;
  }
}
