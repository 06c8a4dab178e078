import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { SendError } from './refusal.ts';

/** Files below it have a hash of their content in their names. */
const HASHED = `${path.sep}assets${path.sep}`;
const YEAR = 'public, max-age=31536000, immutable';

/** The built page of a folder; any path that is no file and no `/api/` is the page itself, which has views of its own. */
export async function servePage(app: FastifyInstance, folder: string): Promise<void> {
  const index = path.join(folder, 'index.html');
  if (existsSync(folder)) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      dotfiles: 'deny',
      cacheControl: false,
      setHeaders: (reply, file) => {
        reply.header('cache-control', file.includes(HASHED) ? YEAR : 'no-cache');
      },
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const isView = !pathname.startsWith('/api/') && !path.extname(pathname);
    if (!isView) throw new SendError(404, `there is no ${pathname.slice(0, 100)} here`);
    if (!existsSync(index))
      throw new SendError(503, 'the page is not built; ./pool builds it, or npx vite build dashboard/page');
    return reply.sendFile('index.html');
  });
}
