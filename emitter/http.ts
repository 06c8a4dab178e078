import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { splitAddress } from '../common/address.ts';
import { PoolError, sentence } from '../common/errors.ts';
import type { EventRecord } from '../common/events.ts';

export interface Status {
  ready: boolean;
  reasons: string[];
  [key: string]: unknown;
}

/** What the server tells of. */
export interface Sources {
  status(): Status;
  /** Records after a sequence number, at most `limit`. */
  after(seq: number, limit: number): EventRecord[];
  lastSeq(): number;
  /** Metrics in Prometheus' text format. */
  metrics(): Promise<string>;
  /** Receipts after a sequence number, at most `limit` records. */
  receipts(seq: number, limit: number): EventRecord[];
  /** Asked first: answers what is its own, and gives whether it did. */
  handle(request: IncomingMessage, response: ServerResponse, path: string): boolean;
}

/** A stream that leaves this much unread is cut; the client comes back with Last-Event-ID. */
const UNSENT_BYTES = 4 * 1024 * 1024;
const PAGE = 1000;
/** Records of the past that a stream is given in one turn of the event loop: a millisecond or two, for a block may come meanwhile. */
const STREAM_PAGE = 100;
/** A stream that takes nothing of the past for so long is cut. */
const DRAIN_MS = 30_000;

/**
 * The emitter's HTTP side, for reading but for members' agents: `/live`, `/ready` (200 or 503 with reasons), `/status`, `/metrics`, and `/events`, a stream
 * of log records (server-sent events) that goes on from the header Last-Event-ID or from `?after=SEQ`. `/receipts?after=SEQ`
 * gives a page of signed receipts, with `&signer=KEY` only those of one signer's candidates, and `after` for the next page.
 */
export class EmitterHttp {
  private readonly server: Server;
  /** With the number of the last record that each was given at its beginning. */
  private readonly streams = new Map<ServerResponse, number>();

  constructor({ status, after, lastSeq, metrics, receipts, handle }: Sources) {
    this.server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (handle(request, response, url.pathname)) return;
      if (url.pathname === '/live') return answer(response, 200, { live: true });
      if (url.pathname === '/status') return answer(response, 200, status());
      if (url.pathname === '/metrics') return void answerMetrics(response, metrics);
      if (url.pathname === '/ready') {
        const now = status();
        return answer(response, now.ready ? 200 : 503, now);
      }
      if (url.pathname === '/receipts') return answerReceipts(response, url.searchParams, receipts);
      if (url.pathname !== '/events') return answer(response, 404, { error: `there is no ${url.pathname} here` });
      const from = Number(request.headers['last-event-id'] ?? url.searchParams.get('after') ?? lastSeq());
      if (!Number.isSafeInteger(from) || from < 0)
        return answer(response, 400, { error: 'after must be a sequence number' });
      void this.stream(response, from, after);
    });
  }

  async listen(address: string): Promise<void> {
    const { host, port } = splitAddress(address);
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => {
        reject(new PoolError('listen', `cannot serve HTTP on ${address}: ${error.message}; set EMITTER_HTTP`));
      });
      this.server.listen(port, host, resolve);
    });
  }

  publish(records: EventRecord[]): void {
    if (this.streams.size === 0) return;
    const all = textOf(records);
    for (const [stream, from] of this.streams) {
      // A stream can have begun when the newest records were durable and not published yet.
      const isNew = (records[0]?.seq ?? 0) > from;
      send(stream, isNew ? all : textOf(records.filter(({ seq }) => seq > from)));
    }
  }

  close(): void {
    for (const stream of this.streams.keys()) stream.destroy();
    this.server.close();
  }

  /** The past goes out as fast as it is read, a little at a time; when there is none left, the stream is one of those that get what is new. */
  private async stream(
    response: ServerResponse,
    from: number,
    after: (seq: number, limit: number) => EventRecord[],
  ): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.flushHeaders();
    response.on('close', () => this.streams.delete(response));
    let last = from;
    for (let page = after(last, STREAM_PAGE); page.length > 0; page = after(last, STREAM_PAGE)) {
      response.write(textOf(page));
      last = (page[page.length - 1] as EventRecord).seq;
      await (response.writableNeedDrain ? drained(response) : nextTurn());
      if (response.destroyed) return;
    }
    this.streams.set(response, last);
  }
}

function textOf(records: EventRecord[]): string {
  return records.map((record) => `id: ${record.seq}\ndata: ${JSON.stringify(record)}\n\n`).join('');
}

/** Resolves when what was written has been taken, or the stream is gone; one that takes nothing is cut. */
async function drained(stream: ServerResponse): Promise<void> {
  const timer = setTimeout(() => stream.destroy(), DRAIN_MS);
  await new Promise<void>((resolve) => {
    stream.once('drain', resolve);
    stream.once('close', resolve);
  });
  clearTimeout(timer);
}

/** In one write: a turn of the event loop can bring the records of hundreds of candidates. */
function send(stream: ServerResponse, text: string): void {
  if (text !== '') stream.write(text);
  if (stream.writableLength > UNSENT_BYTES) stream.destroy();
}

function answerReceipts(
  response: ServerResponse,
  query: URLSearchParams,
  page: (seq: number, limit: number) => EventRecord[],
): void {
  const after = Number(query.get('after') ?? 0);
  if (!Number.isSafeInteger(after) || after < 0)
    return answer(response, 400, { error: 'after must be a sequence number' });
  const signer = query.get('signer');
  const records = page(after, PAGE);
  const receipts = records.flatMap(({ event }) => {
    if (event.type !== 'receipts') return [];
    const wanted = event.receipts.filter((receipt) => signer === null || receipt.signer === signer);
    return wanted.map((receipt) => ({ ...receipt, emitter: event.signer }));
  });
  answer(response, 200, { receipts, after: records[records.length - 1]?.seq ?? after });
}

async function answerMetrics(response: ServerResponse, metrics: () => Promise<string>): Promise<void> {
  try {
    const text = await metrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(text);
  } catch (thrown) {
    answer(response, 500, { error: sentence(thrown) });
  }
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
