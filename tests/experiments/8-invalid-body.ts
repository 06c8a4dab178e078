import { firstSlot, lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import { Forger } from './lab/forger.ts';
import { HeadWatch } from './lab/head.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { percentile } from './lab/numbers.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver, untilTime } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

/** The others' first blocks come later by this, so that the forging member leads. */
const BEHIND_MS = 250;

/** From now on in `window` the first member's blocks are forged: right headers on top of a body that nobody can apply. */
function forgeIn(lab: Lab, pool: Pool, window: number): Set<string> {
  const ids = new Set<string>();
  const [bad, ...others] = pool.members;
  if (!bad) return ids;
  const forger = new Forger(lab.keys.pair(bad.node.name), pool.relay.api);
  let queue = Promise.resolve();
  bad.proxy.rule = (frame, way, link) => {
    const block = way === 'up' ? blockOf(frame) : null;
    if (!block?.pool || windowOf(block.slot) !== window) return 'pass';
    queue = queue.then(async () => {
      const forged = await forger.forge(frame, block);
      ids.add(forged.header.id);
      link.write('up', forged.frame);
    });
    queue.catch((thrown) => lab.say(`not forged: ${String(thrown)}`));
    return 'drop';
  };
  for (const { proxy } of others) {
    proxy.rule = (frame, way) => {
      return way === 'up' && blockOf(frame)?.slot === firstSlot(window) ? Date.now() + BEHIND_MS : 'pass';
    };
  }
  return ids;
}

async function look(pool: Pool, watch: Watch, heads: HeadWatch, window: number, forged: Set<string>): Promise<Row> {
  const [first, last] = [firstSlot(window), lastSlot(window)];
  const chain = await blocksBetween(pool.bp2.api, first, last);
  const emitted = watch.emissions.filter(({ header }) => windowOf(header.slot) === window);
  const times = emitted.flatMap(({ header, at }) => {
    const seen = heads.seen.get(header.id);
    return seen === undefined ? [] : [seen - at];
  });
  const [from, to] = [slotTime(first) - 700, slotTime(last) + 2000];
  const bad = [...forged].map((id) => id.slice(8, 24));
  const named = (log: string) => bad.filter((id) => logLines(log, new RegExp(id), from, to).length > 0).length;
  return {
    window,
    forged: forged.size,
    emitted: emitted.length,
    forgedEmitted: emitted.filter(({ header }) => forged.has(header.id)).length,
    headFollowed: times.length,
    headMsP50: percentile(times, 0.5),
    headMsMax: percentile(times, 1),
    forgedAtRelay: named(pool.relay.log),
    forgedAtBp1: named(pool.bp1.log),
    forgedAtBp2: named(pool.bp2.log),
    poolSlotsMissed: 12 - chain.filter(({ producer }) => producer === POOL).length,
  };
}

/** How many members have a head that is on the public chain. */
async function onPublic(pool: Pool): Promise<number> {
  let count = 0;
  for (const { node } of pool.members) {
    const head = await node.api.info();
    const block = await pool.bp1.api.block(head.head_block_num).catch(() => null);
    if (block?.id === head.head_block_id) count++;
  }
  return count;
}

async function run(lab: Lab, options: { latency: string }): Promise<Findings> {
  // With three producers all must confirm: after a window without a pool block in public, members would never leave their own branch.
  const order = ['bp1', POOL, 'bp2', 'bp3'];
  const pool = await startPool(lab, { latencyMs: Number(options.latency), order });
  const watch = new Watch(pool);
  const heads = new HeadWatch(pool.relay.api);
  const rows: Row[] = [];
  let window = pool.turns.next(POOL, 2000);
  let ids = new Set<string>();
  for (const forging of [false, true, false]) {
    const forged = forging ? forgeIn(lab, pool, window) : new Set<string>();
    if (forging) ids = forged;
    await untilOver(window, 3000);
    const row = await look(pool, watch, heads, window, forged);
    const membersOnPublicAfter3s = await onPublic(pool);
    lab.say(`window ${window} over${forging ? `, ${forged.size} forged` : ''}`);
    for (const { proxy } of pool.members) proxy.rule = () => 'pass';
    window += pool.turns.order.length;
    await untilTime(slotTime(firstSlot(window)) - 1500);
    rows.push({ ...row, membersOnPublicAfter3s, beforeNext: await onPublic(pool) });
  }
  heads.stop();
  const lost = logLines(path(lab), /relay node lost/).length;
  const [before, during, after] = rows;
  return {
    rows: rows.map((row, i) => (i === 1 ? { ...row, sessionsLost: lost } : row)),
    claims: [
      { claim: "an honest block is the relay node's head within 200 ms", holds: Number(before?.headMsMax) <= 200 },
      { claim: 'a forged block left: its header is right', holds: Number(during?.forgedEmitted) > 0 },
      { claim: "no forged block becomes the relay node's head", holds: [...ids].every((id) => !heads.seen.has(id)) },
      { claim: 'the next window is whole', holds: after?.poolSlotsMissed === 0 },
    ],
  };
}

function path(lab: Lab): string {
  return `${lab.dir}/logs/emitter.log`;
}

await experiment({
  name: '8-invalid-body',
  question: 'What does a member do to the pool whose headers are right and whose bodies are not?',
  options: { '--latency <ms>': ['one-way delay between relay node and producers', '20'] },
  run,
});
