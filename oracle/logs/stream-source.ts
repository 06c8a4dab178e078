import { PoolError } from '../../common/errors.ts';
import type { Nats } from '../../common/nats/connection.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import type { StoredRecord } from '../../common/stored-record.ts';
import type { Arrived, RecordSource } from './source.ts';

/** Records that are fetched at a time. */
const PAGE = 1000;
/** A window's records come within seconds, and what is told of it before within a round: more than this is made up to keep readers busy. */
const LONGEST = 200_000;

/** The records of one emitter in the NATS cluster. */
export class StreamSource implements RecordSource {
  readonly name: string;
  readonly isTrimmed = true;
  private readonly connect: () => Promise<Nats>;
  private readonly pool: string;
  private readonly emitter: string;
  private records: NatsRecords | null = null;

  /** `connect`: gives the connection, which is not closed here; `emitter`: its account. */
  constructor(connect: () => Promise<Nats>, pool: string, emitter: string) {
    this.connect = connect;
    this.pool = pool;
    this.emitter = emitter;
    this.name = `nats:${emitter}`;
  }

  async after(seq: number, limit: number): Promise<Arrived[]> {
    this.records ??= await this.find();
    const page = await this.records.stored(seq, Math.min(limit, PAGE));
    return page.map(({ at: takenAt, ...stored }) => ({ ...stored, takenAt }));
  }

  async ofWindow(window: number, from: number, to: number): Promise<StoredRecord[]> {
    if (to - from >= LONGEST) {
      throw new PoolError('damaged', `${this.name}: window ${window} lies over ${to - from} records`, { seq: from });
    }
    const found: StoredRecord[] = [];
    for (let next = from; next <= to; ) {
      const page = await this.after(next - 1, Math.min(PAGE, to - next + 1));
      found.push(...page.filter(({ window: of, seq }) => of === window && seq <= to));
      const last = page.at(-1)?.seq ?? to;
      if (last < next) break;
      next = last + 1;
    }
    return found;
  }

  async close(): Promise<void> {
    this.records = null;
  }

  private async find(): Promise<NatsRecords> {
    const found = await NatsRecords.find(await this.connect(), this.pool, this.emitter);
    if (found) return found;
    throw new PoolError('no_log', `the NATS cluster has no log of the emitter ${this.emitter} of ${this.pool}`);
  }
}
