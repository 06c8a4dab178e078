import type { NatsFiles } from '../../common/nats/access.ts';
import { connectNats, type Nats } from '../../common/nats/connection.ts';
import type { RecordSource } from './source.ts';
import { StreamSource } from './stream-source.ts';

/** The logs that a NATS cluster keeps of a pool's emitters. */
export class ClusterLogs {
  private readonly url: string;
  private readonly pool: string;
  private readonly files: NatsFiles;
  private nats: Promise<Nats> | null = null;

  /** `url`: "nats://host:port,host:port,…"; nothing is dialled before a log is read. */
  constructor(url: string, pool: string, files: NatsFiles = {}) {
    this.url = url;
    this.pool = pool;
    this.files = files;
  }

  /** The log of one emitter, by its account. */
  of(emitter: string): RecordSource {
    return new StreamSource(() => this.connect(), this.pool, emitter);
  }

  async close(): Promise<void> {
    const nats = await this.nats?.catch(() => null);
    await nats?.connection.close();
  }

  /** One connection for all; it goes to another node by itself when one is lost, and is tried again when there was none. */
  private connect(): Promise<Nats> {
    this.nats ??= connectNats(this.url, 'oracle', this.files).catch((thrown: unknown) => {
      this.nats = null;
      throw thrown;
    });
    return this.nats;
  }
}
