import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chainRecord, type EventRecord, GENESIS_HASH, type PoolEvent } from '../../../../common/events.ts';

/** An emitter's `/status` and `/events` over records in memory, on the loopback. */
export class FakeEmitter {
  records: EventRecord[] = [];
  /** What `/status` says instead, when set. */
  status: object | null = null;
  /** Requests of `/events`, by the number that they go on from. */
  readonly asked: number[] = [];
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server;
  private port = 0;

  constructor() {
    this.server = createServer((request, response) => {
      if (request.url === '/status') {
        response.end(JSON.stringify(this.status ?? this.usual()));
        return;
      }
      const after = Number(request.headers['last-event-id'] ?? 0);
      this.asked.push(after);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      for (const record of this.records) if (record.seq > after) response.write(textOf(record));
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** Gone, as a process that was killed. */
  async close(): Promise<void> {
    for (const stream of this.streams) stream.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  say(event: PoolEvent, window: number | null = null): EventRecord {
    const last = this.records.at(-1);
    const record = chainRecord((last?.seq ?? 0) + 1, window, event, last?.hash ?? GENESIS_HASH);
    this.records.push(record);
    for (const stream of this.streams) stream.write(textOf(record));
    return record;
  }

  private usual(): object {
    return {
      ready: true,
      reasons: [],
      outside: { relayUp: true, peers: [{ address: '10.1.2.3:9876', up: true }] },
      window: null,
      sessions: [{ session: 1, remote: '10.9.8.7:1234', signer: '0:aa', member: 'alice', relayUp: true }],
      log: { seq: this.records.at(-1)?.seq ?? 0 },
    };
  }
}

function textOf(record: EventRecord): string {
  return `id: ${record.seq}\ndata: ${JSON.stringify(record)}\n\n`;
}
