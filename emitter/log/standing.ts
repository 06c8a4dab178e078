import { RESTART_MS } from '../../common/agent.ts';
import type { EventRecord } from '../../common/events.ts';
import { fromPlain } from '../../common/plain.ts';
import type { Agent } from '../select/state.ts';
import type { SelectEvent } from '../select/types.ts';

/** Records before a start that count: in RESTART_MS a hundred members' agents say some 3,000 words and send 2,400 blocks. */
export const LOOKBACK = 8192;

interface Word {
  seq: number;
  last: number;
}

/**
 * Who stood by at the end of a run, by the newest records of the log alone: by this a new run knows it, and a replay knows what the new run
 * had to be told. A pruned log has the same to say as the whole one: at each checkpoint it begins anew.
 */
export class StandingLedger {
  private words = new Map<string, Word>();
  private away: { seq: number; signers: string[] } = { seq: 0, signers: [] };
  /** The newest start. */
  private start = { seq: 0, at: 0 };

  /** Takes in a record; those of a log come in their order. */
  note({ seq, event }: EventRecord): void {
    if (event.type === 'start') this.start = { seq, at: event.at };
    else if (event.type === 'checkpoint') this.begin(seq, event.state);
    else if (event.type === 'lead') this.away = { seq, signers: event.away ?? [] };
    else if (event.type === 'input') this.input(seq, event.input as SelectEvent, event.ready === true);
  }

  /** What the run that began with the newest start is told; null when there is nothing. `at`: when that is. */
  restored(at: number): Extract<SelectEvent, { type: 'stood' }> | null {
    const isRecent = (seq: number) => seq < this.start.seq && seq > this.start.seq - LOOKBACK;
    const words = [...this.words]
      .filter(([, { seq, last }]) => isRecent(seq) && this.start.at - last <= RESTART_MS)
      .map(([signer, { last }]) => ({ signer, last }))
      .sort((one, other) => (one.signer < other.signer ? -1 : 1));
    const away = isRecent(this.away.seq) ? this.away.signers : [];
    return words.length + away.length > 0 ? { type: 'stood', at, words, away } : null;
  }

  private input(seq: number, input: SelectEvent, ready: boolean): void {
    if (input.type !== 'agent') return;
    const { signer, at } = input;
    if (ready) this.words.set(signer, { seq, last: at });
    else this.words.delete(signer);
  }

  private begin(seq: number, state: object): void {
    const { agents, duty } = fromPlain(state) as { agents?: Map<string, Agent>; duty?: { away?: string[] } | null };
    const standing = [...(agents ?? [])].filter(([, { ready }]) => ready);
    this.words = new Map(standing.map(([signer, { at }]) => [signer, { seq, last: at }]));
    this.away = { seq, signers: [...(duty?.away ?? [])].sort() };
  }
}
