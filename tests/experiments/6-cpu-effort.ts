import { EventLogReader } from '../../common/event-log.ts';
import { firstSlot, lastSlot, slotInWindow, windowOf } from '../../common/slot.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { percentile } from './lab/numbers.ts';
import { startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

async function run(lab: Lab, options: { effort: string; windows: string; latency: string }): Promise<Findings> {
  const efforts = options.effort.split(',').map(Number);
  const memberConfig = (i: number) => [`cpu-effort-percent = ${efforts[i]}`];
  const pool = await startPool(lab, { latencyMs: Number(options.latency), members: efforts.length, memberConfig });
  const watch = new Watch(pool);
  const first = pool.turns.next(POOL, 2000);
  const windows = Array.from({ length: Number(options.windows) }, (_, i) => first + i * pool.turns.order.length);
  const last = windows[windows.length - 1] as number;
  await untilOver(last, 2500);
  const chain = await blocksBetween(pool.bp2.api, firstSlot(first), lastSlot(last));
  const log = new EventLogReader(pool.eventLog);
  const rescues = windows.flatMap((id) => log.window(id).filter(({ event }) => event.type === 'rescue')).length;
  log.close();
  const missed = 12 * windows.length - chain.filter(({ producer }) => producer === POOL).length;
  const mine = (name: string) =>
    watch.candidates.filter((c) => c.member === name && windows.includes(windowOf(c.header.slot)));
  const rows = pool.members.map(({ node }, i): Row => {
    const lead = (slot: number) =>
      percentile(
        mine(node.name)
          .filter((c) => slotInWindow(c.header.slot) === slot)
          .map((c) => c.lead),
        0.5,
      );
    const led = chain.filter(({ id }) => mine(node.name).some((c) => c.header.id === id)).length;
    return {
      member: node.name,
      effort: efforts[i] ?? null,
      leadSlot0: lead(0),
      leadSlot5: lead(5),
      leadSlot11: lead(11),
      onChain: led,
    };
  });
  rows.push({ member: 'pool', onChain: 12 * windows.length - missed, rescues, missed });
  return {
    rows,
    claims: [
      { claim: 'no healthy leader is replaced', holds: rescues === 0 },
      { claim: 'no slot is missed', holds: missed === 0 },
    ],
  };
}

await experiment({
  name: '6-cpu-effort',
  question: 'Do members with different cpu-effort-percent cause needless rescues?',
  options: {
    '--effort <percents>': ['cpu-effort-percent of each member', '90,70,50'],
    '--windows <n>': ['pool windows', '4'],
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
  },
  run,
});
