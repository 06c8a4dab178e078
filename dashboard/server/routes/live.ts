import type { FastifyInstance } from 'fastify';
import type { EmitterView, SlotDetail } from '../../api.ts';
import { columnOf, detailOf } from '../grid/column.ts';
import { withoutAddresses } from '../http/hide.ts';
import { SendError, wholeOf } from '../http/refusal.ts';
import type { Live } from '../live/live.ts';
import type { ColumnStore } from '../store/columns.ts';

/** Slots go on for 68 years; what is later is a typing error. */
const LAST_SLOT = 2 ** 32 - 1;
const MOST_COLUMNS = 600;

export interface LiveRoutes {
  live: Live;
  store: ColumnStore;
  emitters(): EmitterView[];
  /** Addresses stay out of what emitters said of a slot. */
  isPublic: boolean;
}

/** The grid: `/api/live` (stream), `/api/columns`, `/api/slots/SLOT`, `/api/emitters`. */
export function liveRoutes(app: FastifyInstance, { live, store, emitters, isPublic }: LiveRoutes): void {
  app.get('/api/live', { exposeHeadRoute: false }, async (request, reply) => {
    const refusal = live.refusal(request.ip);
    if (refusal) throw new SendError(503, refusal);
    const { 'last-event-id': header } = request.headers;
    const { after } = request.query as { after?: unknown };
    const lastId = typeof header === 'string' ? header : typeof after === 'string' ? after : null;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Some proxies keep answers until they are whole.
      'x-accel-buffering': 'no',
    });
    raw.flushHeaders();
    live.open(raw, request.ip, lastId);
  });

  app.get('/api/columns', async (request) => {
    const query = request.query as Record<string, unknown>;
    const before = wholeOf('before', query.before, { high: LAST_SLOT, fallback: LAST_SLOT });
    const limit = wholeOf('limit', query.limit, { low: 1, high: MOST_COLUMNS, fallback: 120 });
    return { rows: store.rows(), columns: store.before(before, limit).map(columnOf) };
  });

  app.get('/api/slots/:slot', async (request) => {
    const { slot } = request.params as { slot: string };
    const number = wholeOf('the slot', slot, { high: LAST_SLOT });
    const state = store.slot(number);
    if (!state) throw new SendError(404, `nothing is known of slot ${number}: it is none of the pool's, or too old`);
    return isPublic ? hidden(detailOf(state)) : detailOf(state);
  });

  app.get('/api/emitters', async () => emitters());
}

function hidden({ slot, candidates, notes }: SlotDetail): SlotDetail {
  return {
    slot,
    candidates: candidates.map((one) => ({ ...one, reason: one.reason && withoutAddresses(one.reason) })),
    notes: notes.map(withoutAddresses),
  };
}
