import { PoolError } from '../../common/errors.ts';
import {
  type Appended,
  type Decided,
  type DecisionStream,
  type Proposal,
  proposalText,
} from '../../common/pool-store.ts';
import type { Port, VirtualTime } from './virtual-time.ts';

/** What a decision waits for its answer, and a question for its own, as QuorumDecisions and NatsVotes have it. */
const ANSWER_MS = 1000;
const READ_MS = 500;

/** One emitter's way to the decisions. */
export interface LineWay {
  /** Ms that the next message takes, each way; Infinity: it is lost. */
  travel(): number;
}

/** A pool's decisions as the quorum makes one linear stream of them, in memory. */
export class MemoryLine {
  /** What stands, with when it came to stand, and who asked for it. */
  readonly decided: (Decided & { at: number; run: string })[] = [];
  private readonly time: VirtualTime;
  private readonly listeners = new Map<string, () => void>();

  constructor(time: VirtualTime) {
    this.time = time;
  }

  /** `onHint`: told, by the same way, when somebody else's proposal came to stand. */
  join(run: string, port: Port, way: LineWay, onHint: () => void): DecisionStream {
    this.listeners.set(run, () => this.send(way, port, onHint));
    const ask = <T>(ms: number, answer: () => T, none: () => T | PoolError): Promise<T> =>
      new Promise((resolve, reject) => {
        const end = (given: T | PoolError) => (given instanceof PoolError ? reject(given) : resolve(given));
        port.after(ms, () => end(none()));
        this.time.after(way.travel(), () => {
          const given = answer();
          this.time.after(way.travel(), () => port.deliver(() => end(given)));
        });
      });
    const away = () => new PoolError('store', 'no answer');
    return {
      last: () => ask<number>(READ_MS, () => this.decided.length, away),
      after: (seq, limit) => ask<Decided[]>(READ_MS, () => this.decided.slice(seq, seq + limit), away),
      append: (proposal, expected) =>
        ask<Appended>(
          ANSWER_MS,
          () => this.append(run, proposal, expected),
          () => ({ as: 'unsure', why: 'no answer' }),
        ),
    };
  }

  leave(run: string): void {
    this.listeners.delete(run);
  }

  private append(run: string, proposal: Proposal, expected: number): Appended {
    const there = this.decided[expected];
    if (there?.run === run && proposalText(there) === proposalText(proposal)) return { as: 'won', seq: there.seq };
    if (there) return { as: 'lost', winners: this.decided.slice(expected) };
    if (expected > this.decided.length) return { as: 'unsure', why: `the decisions end with ${this.decided.length}` };
    const seq = expected + 1;
    this.decided.push({ ...proposal, seq, at: this.time.now, run });
    for (const [other, tell] of this.listeners) if (other !== run) tell();
    return { as: 'won', seq };
  }

  private send(way: LineWay, port: Port, run: () => void): void {
    this.time.after(way.travel(), () => port.deliver(run));
  }
}
