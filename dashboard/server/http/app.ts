import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { PoolError, sentence } from '../../../common/errors.ts';
import type { Logger } from '../../../common/logger.ts';
import { withoutAddresses } from './hide.ts';
import { SendError } from './refusal.ts';

export interface AppOptions {
  /** Addresses and ranges of proxies, `loopback`, or off. */
  trustProxy: string;
  /** Requests of one address in a minute. */
  ratePerMinute: number;
  /** Answers tell no addresses. */
  isPublic: boolean;
  logger: Logger;
}

/** A query longer than this is no question that the page asks. */
const MOST_URL = 8192;
const MINUTE_MS = 60_000;

/** What every answer of the server has in common: strict headers, GET and HEAD alone, limits, one sentence for each error. */
export async function makeApp({ trustProxy, ratePerMinute, isPublic, logger }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    trustProxy: trustProxy === 'off' ? false : trustProxy,
    bodyLimit: 1,
    // The page polls; its lists are long rather than deep.
    routerOptions: { maxParamLength: 200 },
    requestTimeout: 15_000,
    connectionTimeout: 0,
    forceCloseConnections: true,
    return503OnClosing: true,
  });
  app.addHook('onRequest', async (request) => requireReading(request));
  await app.register(helmet, HEADERS);
  await app.register(rateLimit, {
    max: ratePerMinute,
    timeWindow: MINUTE_MS,
    // Addresses are remembered, so many and no more.
    cache: 10_000,
    allowList: (request: FastifyRequest) => ['/live', '/ready', '/metrics'].includes(request.url),
    errorResponseBuilder: (_request, { max, after }) =>
      new SendError(429, `more than ${max} requests in a minute came from this address; try again in ${after}`),
  });
  if (isPublic) app.addHook('preSerialization', async (_request, _reply, payload) => withoutStale(payload));
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const code = thrown.statusCode ?? (thrown instanceof PoolError ? codeOf(thrown) : 500);
    if (code === 500) logger.error({ url: request.url, why: sentence(thrown) }, 'a request failed');
    const text = code === 500 ? 'the server failed at this request; its log says why' : sentence(thrown);
    return reply.code(code).send({ error: isPublic ? withoutAddresses(text) : text });
  });
  return app;
}

/** Why there is no newer answer names the node that was asked. */
function withoutStale(payload: unknown): unknown {
  const { stale } = (payload ?? {}) as { stale?: unknown };
  return typeof stale === 'string' ? { ...(payload as object), stale: withoutAddresses(stale) } : payload;
}

function requireReading(request: FastifyRequest): void {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new SendError(405, `this server only tells: GET and HEAD are answered, ${request.method} is not`);
  if (request.url.length > MOST_URL)
    throw new SendError(414, `the address has ${request.url.length} characters; at most ${MOST_URL} are read`);
}

/** A node or emitter that is away is no fault of this server, and none of the visitor's. */
function codeOf({ code }: PoolError): number {
  if (code === 'chain_unreachable' || code === 'chain') return 503;
  return code === 'bad_input' ? 400 : 500;
}

/** No inline script or style, and no request to anywhere but here. How it is reached (TLS) is the proxy's to say. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      fontSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
} as const;
