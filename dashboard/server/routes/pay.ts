import type { FastifyInstance, FastifyReply } from 'fastify';
import type { PayAnswer, WindowDetail, WindowsAnswer } from '../../api.ts';
import { csvOf } from '../facts/csv.ts';
import type { FactKeeper } from '../facts/keeper.ts';
import { payOf } from '../facts/pay-view.ts';
import type { Snapshot } from '../facts/snapshot.ts';
import { windowDetail, windowsBefore } from '../facts/windows-view.ts';
import { SendError, wholeOf } from '../http/refusal.ts';
import type { FactStore } from '../store/fact-store.ts';

const LAST_WINDOW = 2 ** 32;
const MOST_WINDOWS = 200;
/** A CSV holds so many windows, newest first: a day and a half of a pool among 21. `before` goes further back. */
const MOST_CSV = 1000;
/** The largest of them takes the server a quarter of a second: so many a minute for one address. */
const CSV_LIMIT = { config: { rateLimit: { max: 20, timeWindow: 60_000 } } };

export interface PayRoutes {
  keeper: FactKeeper;
  facts: FactStore;
  explorer: string | undefined;
}

/** `/api/windows`, `/api/windows/ID`, `/api/pay`, and both as CSV. */
export function payRoutes(app: FastifyInstance, { keeper, facts, explorer }: PayRoutes): void {
  const template = explorer ?? null;

  app.get('/api/windows', async (request): Promise<WindowsAnswer> => {
    const query = request.query as Record<string, unknown>;
    const before = wholeOf('before', query.before, { high: LAST_WINDOW, fallback: LAST_WINDOW });
    const limit = wholeOf('limit', query.limit, { low: 1, high: MOST_WINDOWS, fallback: 50 });
    const { snapshot, ...age } = keeper.newest;
    return { windows: windowsBefore(facts, snapshot, before, limit), explorer: template, ...age };
  });

  app.get('/api/windows.csv', CSV_LIMIT, async (request, reply) => {
    const query = request.query as Record<string, unknown>;
    const before = wholeOf('before', query.before, { high: LAST_WINDOW, fallback: LAST_WINDOW });
    const { snapshot } = keeper.newest;
    const ids = windowsBefore(facts, snapshot, before, MOST_CSV).filter(({ state }) => state !== 'open');
    const rows = ids.flatMap(({ id }) => linesOf(windowDetail(facts, snapshot, id)));
    return csv(reply, 'windows.csv', csvOf(WINDOW_HEADER, rows));
  });

  app.get('/api/windows/:id', async (request): Promise<WindowDetail> => {
    const id = wholeOf('the window', (request.params as { id: string }).id, { high: LAST_WINDOW });
    const { snapshot, ...age } = keeper.newest;
    const detail = windowDetail(facts, snapshot, id);
    if (detail) return { ...detail, explorer: template, ...age };
    throw new SendError(404, `window ${id} has no report on the chain, and none was seen from here`);
  });

  app.get('/api/pay', async (): Promise<PayAnswer> => {
    const { snapshot, ...age } = keeper.newest;
    return { ...payOf(facts, required(snapshot, age.stale)), ...age };
  });

  app.get('/api/pay.csv', CSV_LIMIT, async (_request, reply) => {
    const { snapshot, stale } = keeper.newest;
    const { members } = payOf(facts, required(snapshot, stale));
    const rows = members.map(({ account, payee, owed, credited, paid, shares, closing }) => {
      return [account, payee, owed, credited, paid, shares, closing];
    });
    return csv(reply, 'pay.csv', csvOf(['account', 'payee', 'owed', 'credited', 'paid', 'shares', 'closing'], rows));
  });
}

const WINDOW_HEADER = [
  ...['window', 'state', 'by', 'epoch', 'settled', 'final', 'report', 'emitted', 'missed', 'rescues', 'replaced'],
  ...['member', 'eligible', 'candidates', 'selected', 'late', 'invalid', 'standby', 'missing', 'grid'],
];

function linesOf(detail: ReturnType<typeof windowDetail>): (string | number | boolean | null)[][] {
  if (!detail) return [];
  const { id, state, by, epoch, settledAt, isFinal, hash, emitted, missed, rescues, replaced } = detail;
  const settled = settledAt === null ? null : new Date(settledAt).toISOString();
  const window = [id, state, by, epoch, settled, isFinal, hash, emitted, missed, rescues, replaced];
  return detail.members.map((one) => [
    ...window,
    ...[one.account, one.isEligible, one.candidates, one.selected, one.late, one.invalid, one.standby, one.missing],
    one.grid,
  ]);
}

function csv(reply: FastifyReply, name: string, text: string): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(text);
}

function required(snapshot: Snapshot | null, stale: string | null): Snapshot {
  if (snapshot) return snapshot;
  throw new SendError(503, stale ?? 'the chain has not been read yet; try again in a moment');
}
