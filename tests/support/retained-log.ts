import type { EventRecord, RunStart } from '../../common/events.ts';
import { Journal } from '../../emitter/log/journal.ts';
import { Notary } from '../../emitter/log/notary.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { windowEvents } from './events.ts';
import { CHAIN, logKey } from './log-world.ts';

/** A signed log that is kept below a size, window after window; time passes only in `tell`. */
export class RetainedLog {
  readonly store: SqliteStore;
  readonly faults: string[] = [];
  /** As the contract says; null: not known. */
  settled: number | null = null;
  private readonly journal: Journal;
  private readonly notary: Notary;
  private readonly state = { window: null as number | null, lastWindow: 0 };

  constructor(file: string, bytes: number) {
    const key = logKey();
    const run: RunStart = {
      ...{ pool: 'pool', dac: 'dac', chain: CHAIN, software: 'test' },
      ...{ strategies: { 'first-delivered': 1 }, config: {}, logKey: key.id },
    };
    this.store = new SqliteStore(file, 'process');
    const saw = (records: EventRecord[]) => this.notary.saw(records);
    const onFault = (text: string) => this.faults.push(text);
    this.journal = new Journal(this.store, saw, onFault);
    const keepBytes = { bytes, settled: () => this.settled };
    const signing = { key, store: this.store, keepWindows: 0, keepBytes };
    const { journal, state } = this;
    this.notary = new Notary(signing, { run, journal, now: () => 5, state: () => state, onFault });
    journal.tell(null, { type: 'start', at: 1, ...run });
    this.notary.catchUp();
  }

  /** A whole window, signed, with the checkpoint after it. */
  tell(window: number): void {
    this.state.lastWindow = window;
    for (const { event } of windowEvents(window)) this.journal.tell(window, event);
    this.journal.write();
    const inside = this.notary as unknown as { batch(): void; timer: NodeJS.Timeout | null; candidates: unknown[] };
    do {
      if (inside.timer) clearTimeout(inside.timer);
      inside.batch();
      this.journal.write();
    } while (inside.candidates.length > 0);
    if (inside.timer) clearTimeout(inside.timer);
    inside.timer = null;
  }

  end(): void {
    this.notary.stop();
    this.store.close();
  }
}
