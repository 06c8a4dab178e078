import type { Appended, Decided, DecisionEvent, DecisionStream, Proposal } from '../../common/pool-store.ts';
import { proposalText } from '../../common/pool-store.ts';
import type { Answer } from '../../emitter/decide/decider.ts';
import { LeaseDecider } from '../../emitter/decide/lease.ts';
import type { Network } from './vote-log.ts';

/** A pool's stream of decisions in memory, each call with a way there and a way back; both can fail. */
export class MemoryDecisions implements DecisionStream {
  readonly entries: { text: string; proposal: Proposal }[] = [];
  network: Network = { travel: async () => {}, isLost: () => false };

  async last(): Promise<number> {
    return this.entries.length;
  }

  async after(seq: number, limit: number): Promise<Decided[]> {
    await this.network.travel();
    const found = this.from(seq).slice(0, limit);
    await this.network.travel();
    return found;
  }

  async append(proposal: Proposal, expected: number): Promise<Appended> {
    await this.network.travel();
    if (this.network.isLost()) return { as: 'unsure', why: 'lost on the way there' };
    const answer = this.enter(proposal, expected);
    await this.network.travel();
    return this.network.isLost() ? { as: 'unsure', why: 'lost on the way back' } : answer;
  }

  private enter(proposal: Proposal, expected: number): Appended {
    const text = proposalText(proposal);
    if (this.entries[expected]?.text === text) return { as: 'won', seq: expected + 1 };
    if (expected < this.entries.length) return { as: 'lost', winners: this.from(expected) };
    this.entries.push({ text, proposal });
    return { as: 'won', seq: this.entries.length };
  }

  private from(seq: number): Decided[] {
    return this.entries.slice(seq).map(({ proposal }, i) => ({ ...proposal, seq: seq + i + 1 }));
  }
}

/** A block of this emitter's own for a slot, so that it shows whose was let out. */
export function blockOf(emitter: string, slot: number): DecisionEvent {
  const digest = [...`${emitter}-${slot}`].map((char) => char.charCodeAt(0).toString(16)).join('');
  const [id, previous] = [digest.padEnd(64, '0'), '00'.repeat(32)];
  return {
    ...{ type: 'decision', at: 1, slot, id, num: slot, previous, signer: `0:${digest}`, member: null },
    ...{ reason: 'extend', replaces: [] },
  };
}

export interface Pool {
  stream: MemoryDecisions;
  runs: Run[];
  /** Asked for each announcement and each who is to hear it. */
  isLost(): boolean;
  travel(): Promise<void>;
  /** How a run waits. */
  pause(ms: number): Promise<void>;
}

export function poolOf(parts: Partial<Pool> = {}): Pool {
  const calm = { isLost: () => false, travel: async () => {}, pause: () => new Promise<void>(() => {}) };
  return { stream: new MemoryDecisions(), runs: [], ...calm, ...parts };
}

/** A run of an emitter: it lets out what stands, by its own choice or by another's, as the chooser does. */
export class Run {
  readonly decider: LeaseDecider;
  readonly name: string;
  /** What was let out here, in order: id by slot. */
  readonly out = new Map<number, string>();
  /** What it decided, in order, whoever chose it: what leaves or is adopted. */
  readonly told: string[] = [];
  readonly unsure: string[] = [];
  private readonly pool: Pool;

  constructor(pool: Pool, name: string, run = name) {
    this.pool = pool;
    this.name = name;
    pool.runs.push(this);
    this.decider = new LeaseDecider({
      ...{ stream: pool.stream, name, run, random: () => 0 },
      pause: (ms) => pool.pause(ms),
      announce: (text) => this.announce(text),
      onDecided: (decided) => this.adopt(decided),
      onTrouble: () => {},
      onLease: () => {},
    });
  }

  ask(...blocks: DecisionEvent[]): Promise<Answer> {
    return new Promise((resolve) => {
      this.decider.decide(blocks, (answer) => {
        if (answer.as === 'stands') this.letOut(blocks);
        if (answer.as === 'others') this.adopt(answer.decided);
        if (answer.as === 'unsure') this.unsure.push(answer.why);
        resolve(answer);
      });
    });
  }

  /** Sees to it that the slots of a window are decided, as far as this run can; like the chooser it stops when that is unsure. */
  async work(slots: readonly number[]): Promise<void> {
    for (const slot of slots) while (!this.out.has(slot) && (await this.ask(blockOf(this.name, slot))).as !== 'unsure');
  }

  private announce(text: string): void {
    for (const other of this.pool.runs) {
      if (other === this || this.pool.isLost()) continue;
      void this.pool.travel().then(() => other.decider.hear(text));
    }
  }

  private adopt(decided: readonly Decided[]): void {
    for (const { decisions } of decided) this.letOut(decisions);
  }

  private letOut(decisions: readonly DecisionEvent[]): void {
    for (const { slot, id } of decisions) {
      this.told.push(id);
      this.out.set(slot, id);
    }
  }
}

/** A slot of which two blocks were let out, or null. */
export function twice(runs: readonly Run[]): number | null {
  const ids = new Map<number, string>();
  for (const { out } of runs)
    for (const [slot, id] of out) {
      if ((ids.get(slot) ?? id) !== id) return slot;
      ids.set(slot, id);
    }
  return null;
}
