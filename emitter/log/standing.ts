import { RESTART_MS } from '../../common/agent.ts';
import type { EventRecord } from '../../common/events.ts';
import { fromPlain } from '../../common/plain.ts';
import type { Agent } from '../select/state.ts';
import type { Owed, SelectEvent } from '../select/types.ts';

/** Records before a start that count: in RESTART_MS a hundred members' agents say some 3,000 words and send 2,400 blocks. */
export const LOOKBACK = 8192;

interface Word {
  seq: number;
  last: number;
}

/** Of a checkpoint's state: who writes a log may be anybody. */
interface Kept {
  agents?: Map<string, Agent>;
  away?: string[];
  owing?: Owed[];
}

/**
 * Who stood by at the end of a run, by the newest records of the log alone: by this a new run knows it, and a replay knows what the new run
 * had to be told. A pruned log has the same to say as the whole one: at each checkpoint it begins anew.
 */
export class StandingLedger {
  private words = new Map<string, Word>();
  /** Of the newest turn. */
  private passed: { seq: number; away: string[]; owing: Owed[] } = { seq: 0, away: [], owing: [] };
  /** The newest start. */
  private start = { seq: 0, at: 0 };

  /** Takes in a record; those of a log come in their order. */
  note({ seq, event }: EventRecord): void {
    if (event.type === 'start') this.start = { seq, at: event.at };
    else if (event.type === 'checkpoint') this.begin(seq, event.state);
    else if (event.type === 'lead') this.passed = { seq, away: event.away ?? [], owing: event.owing ?? [] };
    else if (event.type === 'input') this.input(seq, event.input as SelectEvent, event.ready === true);
  }

  /** What the run that began with the newest start is told; null when there is nothing. `at`: when that is. */
  restored(at: number): Extract<SelectEvent, { type: 'stood' }> | null {
    const isRecent = (seq: number) => seq < this.start.seq && seq > this.start.seq - LOOKBACK;
    const words = [...this.words]
      .filter(([, { seq, last }]) => isRecent(seq) && this.start.at - last <= RESTART_MS)
      .map(([signer, { last }]) => ({ signer, last }))
      .sort((one, other) => (one.signer < other.signer ? -1 : 1));
    const { away, owing } = isRecent(this.passed.seq) ? this.passed : { away: [], owing: [] };
    return words.length + away.length + owing.length > 0 ? { type: 'stood', at, words, away, owing } : null;
  }

  private input(seq: number, input: SelectEvent, ready: boolean): void {
    if (input.type !== 'agent') return;
    const { signer, at } = input;
    if (ready) this.words.set(signer, { seq, last: at });
    else this.words.delete(signer);
  }

  private begin(seq: number, state: object): void {
    const { agents, away, owing } = fromPlain(state) as Kept;
    const standing = [...(agents ?? [])].filter(([, { ready }]) => ready);
    this.words = new Map(standing.map(([signer, { at }]) => [signer, { seq, last: at }]));
    this.passed = { seq, away: away ?? [], owing: owing ?? [] };
  }
}
