import { createServer, type Server, type ServerResponse } from 'node:http';
import { splitAddress } from '../common/address.ts';
import { PoolError, sentence } from '../common/errors.ts';

export interface Health {
  ready: boolean;
  /** Why it is not ready, one sentence each. */
  reasons: string[];
  [key: string]: unknown;
}

export interface HttpSources {
  health(): Health;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
}

/** `/live` (200 while the process answers), `/ready` (200, or 503 with the reasons) and `/metrics`. Throws PoolError `listen`. */
export async function serveHttp(address: string, sources: HttpSources): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    void answer(pathname, sources, response);
  });
  const { host, port } = splitAddress(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new PoolError('listen', `cannot serve HTTP on ${address}: ${message}; set ORACLE_HTTP`));
    });
    server.listen(port, host, resolve);
  });
  return server;
}

async function answer(pathname: string, { health, metrics }: HttpSources, response: ServerResponse): Promise<void> {
  try {
    if (pathname === '/live') return json(response, 200, { live: true });
    if (pathname === '/metrics') {
      const text = await metrics();
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
      response.end(text);
      return;
    }
    if (pathname !== '/ready') return json(response, 404, { error: `there is no ${pathname} here` });
    const now = health();
    json(response, now.ready ? 200 : 503, now);
  } catch (thrown) {
    json(response, 500, { error: sentence(thrown) });
  }
}

function json(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
