import { firstSlot } from '../../common/slot.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

async function look(pool: Pool, watch: Watch, window: number, restarted: string | null): Promise<Row[]> {
  const slot = firstSlot(window);
  const [onChain] = await blocksBetween(pool.bp2.api, slot, slot);
  const emitted = watch.emission(slot)?.header;
  return pool.members.map(({ node }) => {
    const header = watch.candidate(node.name, slot)?.header;
    return {
      window,
      member: node.name,
      restarted: node.name === restarted,
      confirmed: header?.confirmed ?? null,
      id: header?.id.slice(8, 16) ?? null,
      emitted: header !== undefined && header.id === emitted?.id,
      onChain: header !== undefined && header.id === onChain?.id,
    };
  });
}

async function run(lab: Lab, options: { latency: string }): Promise<Findings> {
  // So few transactions that members' blocks are empty: then nothing but `confirmed` makes them differ.
  const pool = await startPool(lab, { latencyMs: Number(options.latency), load: 0.1 });
  const watch = new Watch(pool);
  const [, second] = pool.members;
  const rows: Row[] = [];
  let window = pool.turns.next(POOL, 2000);
  // The first window after a node's start is like one after a restart.
  for (const restart of [null, 'member2', null]) {
    await untilOver(window, 1500);
    if (rows.length === 0) lab.say('the first window does not count: all members have just been started');
    if (restart && second) await lab.restart(second.node);
    window += pool.turns.order.length;
    await untilOver(window, 1000);
    rows.push(...(await look(pool, watch, window, restart)));
    lab.say(`window ${window} over${restart ? `, ${restart} restarted before it` : ''}`);
  }
  return judge(rows);
}

function judge(rows: Row[]): Findings {
  const restarted = rows.filter((row) => row.restarted);
  const beside = rows.filter((row) => row.window === restarted[0]?.window && !row.restarted);
  const control = rows.filter((row) => row.window !== restarted[0]?.window);
  const ids = (some: Row[]) => new Set(some.map((row) => row.id)).size;
  return {
    rows,
    claims: [
      {
        claim: 'a restarted member confirms nothing in its first block',
        holds: restarted.every((row) => row.confirmed === 0),
      },
      { claim: 'the others confirm', holds: beside.every((row) => Number(row.confirmed) > 0) },
      { claim: 'so its empty block has another id', holds: ids([...restarted, ...beside]) > ids(beside) },
      { claim: "the emitter lets out the others'", holds: restarted.every((row) => !row.emitted) },
      { claim: 'in a window without a restart all confirm', holds: control.every((row) => Number(row.confirmed) > 0) },
    ],
  };
}

await experiment({
  name: '11-restart',
  question: "What is different in a member's first block after a restart?",
  options: { '--latency <ms>': ['one-way delay between relay node and producers', '20'] },
  run,
});
