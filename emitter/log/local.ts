import { canonicalJson } from '../../common/canonical.ts';
import type { EventRecord } from '../../common/events.ts';
import {
  type Appended,
  type Decided,
  type DecisionEvent,
  type DecisionStream,
  type LogEnd,
  type Proposal,
  proposalText,
  type RecordStream,
} from '../../common/pool-store.ts';
import { newestKnown, otherLog, takeNext } from '../../common/record-chain.ts';
import { windowOf } from '../../common/slot.ts';
import { LIMITS } from '../limits.ts';
import type { SqliteStore } from './store.ts';

/**
 * The decisions of a pool with one emitter: the `decision` records of its log, whose lock keeps every other writer away. A decision's place
 * is its record's sequence number, and a branch comes back as one decision after the other.
 */
export class LocalDecisions implements DecisionStream {
  private readonly store: SqliteStore;
  private readonly emitter: string;

  constructor(store: SqliteStore, emitter: string) {
    this.store = store;
    this.emitter = emitter;
  }

  async last(): Promise<number> {
    return this.store.lastDecision();
  }

  async append(proposal: Proposal, expected: number): Promise<Appended> {
    proposalText(proposal);
    if (expected !== this.store.lastDecision()) return this.refused(proposal, expected);
    try {
      const entries = proposal.decisions.map((event) => ({ window: windowOf(event.slot), event }));
      return { as: 'won', seq: this.store.append(entries).at(-1)?.seq ?? 0 };
    } catch (thrown) {
      return { as: 'unsure', why: (thrown as Error).message };
    }
  }

  private async refused({ decisions }: Proposal, expected: number): Promise<Appended> {
    const winners = await this.after(expected, LIMITS.decisionsRead);
    if (winners.length === 0) return { as: 'unsure', why: `the log ends before decision ${expected}` };
    const same = winners.slice(0, decisions.length);
    const isOwn = canonicalJson(same.flatMap((one) => one.decisions)) === canonicalJson(decisions);
    return isOwn ? { as: 'won', seq: same.at(-1)?.seq ?? 0 } : { as: 'lost', winners };
  }

  async after(seq: number, limit: number): Promise<Decided[]> {
    return this.store.decisionsAfter(seq, limit).map((record) => {
      return { seq: record.seq, emitter: this.emitter, decisions: [record.event as DecisionEvent] };
    });
  }
}

/** The records of an emitter's log in its own file, or in a file that becomes a copy of it. */
export class LocalRecords implements RecordStream {
  private readonly store: SqliteStore;

  constructor(store: SqliteStore) {
    this.store = store;
  }

  async last(): Promise<LogEnd | null> {
    const { lastSeq: seq, lastHash: hash } = this.store;
    return seq === 0 ? null : { seq, hash };
  }

  async append(records: readonly EventRecord[]): Promise<void> {
    const end = await this.last();
    const known = newestKnown(records, end);
    if (known && this.store.after(known.seq - 1, 1)[0]?.hash !== known.hash) throw otherLog(known.seq);
    const next: { record: EventRecord; text: string }[] = [];
    try {
      for (const one of takeNext(records, end)) next.push(one);
    } finally {
      this.store.adopt(next);
    }
  }

  async after(seq: number, limit: number): Promise<EventRecord[]> {
    return this.store.after(seq, limit);
  }
}
