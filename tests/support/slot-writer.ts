import { setTimeout as sleep } from 'node:timers/promises';
import type { Decided, DecisionStream, Proposal } from '../../common/pool-store.ts';
import { decision } from './events.ts';

/** A store without a leader refuses at once. */
const RETRY_MS = 10;

/**
 * One of several emitters as the decision stream sees it: for each slot it proposes a block of its own, and lets out what was decided. What
 * it let out is what counts: nothing may be in `emitted` that is not what everybody else lets out.
 */
export class SlotWriter {
  readonly emitter: string;
  /** Id of the block that this writer let out, by slot. */
  readonly emitted = new Map<number, string>();
  /** Appends that stood, that lost, and after which it was unsure. */
  readonly counts = { won: 0, lost: 0, unsure: 0 };
  private readonly stream: DecisionStream;
  private place: number;

  constructor(stream: DecisionStream, emitter: string, place = 0) {
    this.stream = stream;
    this.emitter = emitter;
    this.place = place;
  }

  /** Sees to it that a slot is decided, and lets its block out. While it is unsure it tries again, for so many ms; false: it gave up. */
  async decide(slot: number, patienceMs = 20_000): Promise<boolean> {
    const end = performance.now() + patienceMs;
    const proposal = this.proposal(slot);
    while (!this.emitted.has(slot)) {
      const got = await this.stream.append(proposal, this.place);
      this.counts[got.as]++;
      if (got.as === 'won') this.take({ ...proposal, seq: got.seq });
      else if (got.as === 'lost') for (const winner of got.winners) this.take(winner);
      else if (performance.now() > end) return false;
      else await sleep(RETRY_MS);
    }
    return true;
  }

  private take({ seq, decisions }: Decided): void {
    this.place = seq;
    for (const { slot, id } of decisions) {
      const before = this.emitted.get(slot);
      if (before !== undefined && before !== id) throw new Error(`slot ${slot}: ${before}, then ${id}`);
      this.emitted.set(slot, id);
    }
  }

  private proposal(slot: number): Proposal {
    const id = `${this.emitter}-${slot}`;
    return { emitter: this.emitter, decisions: [{ ...decision(slot), id, signer: this.emitter } as never] };
  }
}
