import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry } from 'prom-client';

export interface HealthSources {
  /** Why it is not ready, one sentence each. */
  reasons(): string[];
  streams(): number;
  cut(): number;
  change(): number;
  /** By the emitter's name: 1 ready, 0 not. */
  emitters(): { name: string; state: string; ageMs: number | null }[];
}

/** `/live`, `/ready` (200, or 503 with the reasons) and `/metrics`. docs/page.md lists the metrics. */
export function healthRoutes(app: FastifyInstance, sources: HealthSources): void {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, value: () => number) => {
    const made: Gauge = new Gauge({ name: `bppool_page_${name}`, help, registers, collect: () => made.set(value()) });
  };
  gauge('streams', 'Open live streams', sources.streams);
  gauge('cut_streams', 'Live streams that were cut because they were not read, since the start', sources.cut);
  gauge('change', 'Number of the newest change of the grid', sources.change);
  const ready: Gauge<'emitter'> = new Gauge({
    name: 'bppool_page_emitter_ready',
    help: '1 while the emitter answers and says that it is ready',
    labelNames: ['emitter'],
    registers,
    collect: () => {
      for (const { name, state } of sources.emitters()) ready.set({ emitter: name }, state === 'ready' ? 1 : 0);
    },
  });
  const answers = new Counter({
    name: 'bppool_page_answers_total',
    help: 'Answers by status',
    labelNames: ['status'],
    registers,
  });
  app.addHook('onResponse', async (_request, reply) => {
    answers.inc({ status: `${Math.floor(reply.statusCode / 100)}xx` });
  });

  app.get('/live', async () => ({ live: true }));
  app.get('/ready', async (_request, reply) => {
    const reasons = sources.reasons();
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });
  app.get('/metrics', async (_request, reply) => {
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await registry.metrics());
  });
}
