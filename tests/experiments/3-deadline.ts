import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';

/** The emission of a window's last slot is moved to its time plus `offset` ms. */
function moveLastSlot(pool: Pool, window: number, offset: number): { arrival: number | null } {
  const slot = lastSlot(window);
  const seen: { arrival: number | null } = { arrival: null };
  pool.toRelay.rule = (frame, way) => {
    return way === 'up' && blockOf(frame)?.slot === slot ? slotTime(slot) + offset : 'pass';
  };
  const arrives = (frame: Buffer, way: string, _link: object, at: number) => {
    if (way === 'up' && blockOf(frame)?.slot === slot) seen.arrival ??= Math.round(at - slotTime(slot));
  };
  // The relay node dials the producer: what it sends is `up`.
  pool.toBp2.taps.clear();
  pool.toBp2.taps.add(arrives);
  return seen;
}

async function sample(pool: Pool, window: number, offset: number): Promise<Row> {
  const { arrival } = await moved(pool, window, offset);
  const slot = lastSlot(window);
  const blocks = await blocksBetween(pool.bp2.api, firstSlot(window), slot + 1);
  const kept = blocks.some((block) => block.slot === slot && block.producer === POOL);
  const from = slotTime(slot) - 700;
  return {
    latencyMs: pool.toBp2.latencyMs,
    leftMsAfterT11: offset,
    atNextProducer: arrival,
    kept,
    dropped: logLines(pool.bp2.log, /dropped incoming block/, from).length > 0,
    nextSlot0: blocks.some((block) => block.slot === slot + 1 && block.producer === 'bp2'),
    relaySwitches: logLines(pool.relay.log, /switching forks/, from).length,
    learnedMs: await learned(pool),
  };
}

/** The way to the next producer as the emitter has learned it. */
async function learned({ emitterHttp }: Pool): Promise<number> {
  return ((await (await fetch(`${emitterHttp}/status`)).json()) as { pathMs: number }).pathMs;
}

async function moved(pool: Pool, window: number, offset: number) {
  const seen = moveLastSlot(pool, window, offset);
  await untilOver(window, 1500);
  return seen;
}

/** Halves the bracket between an offset at which slot 11 was kept and one at which it was not. */
async function search(lab: Lab, pool: Pool, steps: number): Promise<Row[]> {
  const rows: Row[] = [];
  let [good, bad] = [-400, 100];
  const offsets = [good, bad];
  for (let i = 0; i < steps; i++) {
    const offset = offsets[i] ?? Math.round((good + bad) / 2);
    const row = await sample(pool, pool.turns.next(POOL, 2000), offset);
    rows.push(row);
    if (i >= 2 && row.kept) good = Math.max(good, offset);
    if (i >= 2 && !row.kept) bad = Math.min(bad, offset);
    lab.say(
      `${pool.toBp2.latencyMs} ms: left at T11 ${offset >= 0 ? '+' : ''}${offset}: ${row.kept ? 'kept' : 'lost'}`,
    );
  }
  return rows;
}

async function run(lab: Lab, options: { latency: string; steps: string }): Promise<Findings> {
  const latencies = options.latency.split(',').map(Number);
  const pool = await startPool(lab, { latencyMs: latencies[0] ?? 0, order: [POOL, 'bp2'] });
  const rows: Row[] = [];
  for (const latencyMs of latencies) {
    for (const proxy of [pool.toBp1, pool.toBp2, pool.between]) proxy.latencyMs = latencyMs;
    rows.push(...(await search(lab, pool, Number(options.steps))));
  }
  const inTime = (row: Row) => Number(row.atNextProducer) < 0;
  const near = (row: Row) => Math.abs(Number(row.atNextProducer)) <= 15;
  return {
    rows,
    claims: [
      {
        claim: 'in at the next producer before T11: kept',
        holds: rows.every((r) => near(r) || !inTime(r) || r.kept === true),
      },
      {
        claim: 'after it: lost, "dropped incoming block"',
        holds: rows.every((r) => near(r) || inTime(r) || (!r.kept && r.dropped === true)),
      },
      {
        // A row is read in the next producer's window that follows, which is not learned from before it is over.
        claim: 'the emitter learns the way: to 25 ms after five whole windows at one distance',
        holds: rows.every((r, i) => {
          const before = rows.slice(Math.max(0, i - 5), i + 1);
          const isLong = before.length === 6 && before.every((one) => one.latencyMs === r.latencyMs);
          return !isLong || Math.abs(Number(r.learnedMs) - Number(r.latencyMs)) <= 25;
        }),
      },
      { claim: 'the next producer never loses its slot 0', holds: rows.every((r) => r.nextSlot0 === true) },
    ],
  };
}

await experiment({
  name: '3-deadline',
  question: "Until when must the pool's last block have left, so that the next producer still builds on it?",
  options: {
    '--latency <ms,ms>': ['one-way delays to the next producer, one search each', '20,80'],
    '--steps <n>': ['windows a search: two at its ends, the others halve what is between', '8'],
  },
  run,
});
