import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Column, EmitterView } from '../../../dashboard/api.ts';
import { fakeColumn, fakeRows } from './fake-grid.ts';

export const DIST = path.join(import.meta.dirname, '../../../dashboard/page/dist');
const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The policy of the page's server (dashboard/server/http/app.ts). */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Answers of other paths than the grid's: JSON by path, a function for those that differ by query. */
export type Answers = Record<string, unknown | ((query: URLSearchParams) => unknown)>;

/** A server that speaks the page's API with made-up members: for what the real one does not show on demand. */
export class FakeServer {
  readonly members: number;
  answers: Answers;
  columns: Column[] = [];
  readonly requests: string[] = [];
  private readonly server: Server;
  private readonly streams = new Set<ServerResponse>();
  private change = 0;

  constructor(members: number, answers: Answers = {}) {
    this.members = members;
    this.answers = answers;
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.dropStreams();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Tells new or changed columns. */
  tell(...columns: Column[]): void {
    for (const column of columns) {
      const at = this.columns.findIndex(({ slot }) => slot === column.slot);
      if (at >= 0) this.columns[at] = column;
      else this.columns.push(column);
    }
    this.change++;
    for (const stream of this.streams) this.send(stream, 'columns', { columns });
  }

  dropStreams(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  get streamCount(): number {
    return this.streams.size;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    response.setHeader('content-security-policy', CSP);
    if (url.pathname === '/api/live') return this.open(response);
    if (url.pathname.startsWith('/api/')) {
      const known = this.answers[url.pathname] ?? this.grid(url);
      const body = typeof known === 'function' ? known(url.searchParams) : known;
      const [status, json] = body === undefined ? [404, { error: `there is no ${url.pathname} here` }] : [200, body];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
      return;
    }
    const file = url.pathname === '/' ? 'index.html' : url.pathname.slice(1);
    try {
      const content = readFileSync(path.join(DIST, path.normalize(file)));
      response.writeHead(200, { 'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  private open(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const { members } = this;
    const columns = this.columns.slice(-240);
    this.send(response, 'reset', { pool: 'poolbp', rows: fakeRows(members), columns, emitters: this.emitters() });
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  private send(response: ServerResponse, event: string, data: unknown): void {
    response.write(`id: fake.${this.change}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private grid(url: URL): unknown {
    const { pathname, searchParams } = url;
    if (pathname === '/api/columns') {
      const before = Number(searchParams.get('before'));
      const columns = this.columns.filter(({ slot }) => slot < before).slice(-Number(searchParams.get('limit')));
      return { rows: fakeRows(this.members), columns };
    }
    const [, slot] = /^\/api\/slots\/(\d+)$/.exec(pathname) ?? [];
    return slot && this.columns.some((column) => column.slot === Number(slot)) ? this.detail(Number(slot)) : undefined;
  }

  private detail(slot: number) {
    const { cells } = fakeColumn(slot, this.members);
    const candidates = fakeRows(this.members).flatMap(({ account }, row) => {
      const verdict = { E: 'valid', V: 'valid', L: 'late', I: 'invalid' }[cells[row] ?? '.'];
      if (!verdict) return [];
      const more = {
        id: `${slot}${row}`.padStart(64, 'a'),
        bytes: 12_345 + row,
        transactions: 20,
        emitted: cells[row] === 'E',
      };
      const reason = verdict === 'invalid' ? 'bad transaction root' : null;
      return [
        {
          emitter: 'emitter1',
          member: account,
          signer: `0:${'02'.repeat(33)}`,
          verdict,
          reason,
          via: null,
          arrivedMs: 90 + row,
          ...more,
        },
      ];
    });
    return { slot, candidates, notes: slot % 24 === 5 ? ['rescue (connection_lost): 7 blocks in place of 6'] : [] };
  }

  private emitters(): EmitterView[] {
    const members = fakeRows(this.members).map(({ account }) => account);
    return ['emitter1', 'emitter2'].map((name, index) => ({
      ...{
        name,
        state: index === 0 ? 'ready' : 'not-ready',
        reasons: index === 0 ? [] : ['the relay node lags 3 s behind'],
      },
      ...{
        relayUp: index === 0,
        peersUp: 2,
        members,
        leader: members[0] ?? null,
        logSeq: 100,
        notices: [],
        ageMs: 300,
      },
    })) as EmitterView[];
  }
}

/** A fake server with columns of whole windows before `slot`. */
export function fakeHistory(members: number, slot: number, windows: number, answers: Answers = {}): FakeServer {
  const server = new FakeServer(members, answers);
  const first = Math.floor(slot / 12) * 12 - windows * 12;
  server.columns = Array.from({ length: windows * 12 }, (_, i) => fakeColumn(first + i, members));
  return server;
}
