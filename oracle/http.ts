import { createServer, type Server } from 'node:http';
import { PoolError } from '../common/errors.ts';

export interface Health {
  ready: boolean;
  /** Why it is not ready, one sentence each. */
  reasons: string[];
  [key: string]: unknown;
}

/** `/live` (200 while the process answers) and `/ready` (200, or 503 with the reasons). Throws PoolError `listen`. */
export async function serveHealth(address: string, health: () => Health): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [code, body] = answer(pathname, health);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
  const colon = address.lastIndexOf(':');
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ message }) => {
      reject(new PoolError('listen', `cannot serve HTTP on ${address}: ${message}; set ORACLE_HTTP`));
    });
    server.listen(Number(address.slice(colon + 1)), address.slice(0, colon), resolve);
  });
  return server;
}

function answer(pathname: string, health: () => Health): [number, unknown] {
  if (pathname === '/live') return [200, { live: true }];
  if (pathname !== '/ready') return [404, { error: `there is no ${pathname} here` }];
  const now = health();
  return [now.ready ? 200 : 503, now];
}
