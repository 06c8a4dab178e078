import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Member, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver, untilTime } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

/** What is done for the member a second after its window. */
type Cure = 'none' | 'cut' | 'push';

interface Leak {
  window: number;
  cure: Cure;
  id: string;
  num: number;
  at: number;
  victim: string;
}

/** In the middle of a window the emitted slot-0 block is written to a member that has made another one. */
async function leak(pool: Pool, watch: Watch, window: number, cure: Cure): Promise<Leak | null> {
  const slot = firstSlot(window);
  let emitted: Buffer | null = null;
  const keep = (frame: Buffer) => {
    if (blockOf(frame)?.slot === slot) emitted = Buffer.from(frame);
  };
  pool.toRelay.taps.add(keep);
  await untilTime(slotTime(slot + 3));
  pool.toRelay.taps.delete(keep);
  const header = watch.emission(slot)?.header;
  const made = (member: Member) => watch.candidate(member.node.name, slot)?.header.id;
  const victim = pool.members.find((member) => made(member) && made(member) !== header?.id);
  if (!header || !emitted || !victim?.proxy.link?.write('down', emitted)) return null;
  return { window, cure, id: header.id, num: header.num, at: Date.now(), victim: victim.node.name };
}

async function look(pool: Pool, watch: Watch, { node }: Member, window: number, leaked: Leak | null): Promise<Row> {
  const [from, to] = [slotTime(firstSlot(window)) - 700, slotTime(lastSlot(window)) + 5500];
  const count = (pattern: RegExp) => logLines(node.log, pattern, from, to).length;
  const own = watch.candidates.filter((c) => c.member === node.name);
  const first = own.find(({ header }) => header.slot === firstSlot(window));
  const onPublic = first && (await pool.bp1.api.block(first.header.num - 1)).id === first.header.previous;
  const { head_block_num: head } = await pool.bp1.api.info();
  return {
    window,
    member: node.name,
    leakedNow: leaked?.victim === node.name,
    candidates: own.filter(({ header }) => header.slot >= firstSlot(window) && header.slot <= lastSlot(window)).length,
    startsOnPublicTip: onPublic ?? false,
    dropped: count(/dropped incoming block/),
    unlinkable: count(/Exception on block .*Unlinkable/),
    behindAfter5s: head - (await node.api.info()).head_block_num,
  };
}

async function run(lab: Lab, options: { latency: string; cures: string }): Promise<Findings> {
  const pool = await startPool(lab, { latencyMs: Number(options.latency) });
  const watch = new Watch(pool);
  const rows: Row[] = [];
  const leaks: Leak[] = [];
  let window = pool.turns.next(POOL);
  const cures = options.cures.split(',') as Cure[];
  for (const cure of [null, ...cures.flatMap((each) => [each, null])]) {
    const now = cure && (await leak(pool, watch, window, cure));
    if (now) leaks.push(now);
    await untilOver(window, 1000);
    if (now) await treat(pool, now);
    await untilOver(window, 5000);
    for (const member of pool.members) rows.push(await look(pool, watch, member, window, now));
    lab.say(`window ${window} over${now ? `, #${now.num} leaked to ${now.victim}, cure: ${now.cure}` : ''}`);
    window += pool.turns.order.length;
  }
  return judge(pool, rows, leaks, cures.length);
}

/** A new connection to the member, or all it lacks over its HTTP API, which does not ask the p2p part. */
async function treat(pool: Pool, { victim, cure, num }: Leak): Promise<void> {
  const member = pool.members.find(({ node }) => node.name === victim);
  if (cure === 'cut') member?.proxy.cut();
  if (cure !== 'push') return;
  for (let next = num; next <= (await pool.bp1.api.info()).head_block_num; next++) {
    const block = await pool.bp1.api.post('/v1/chain/get_raw_block', { block_num_or_id: next });
    await member?.node.api.post('/v1/chain/push_block', block);
  }
}

/** Seconds from the leak until the member's node took the block after all. */
function healed(pool: Pool, { victim, num, at }: Leak): number | null {
  const log = pool.members.find(({ node }) => node.name === victim)?.node.log ?? '';
  const accepted = logLines(log, new RegExp(`Received block .*#${num} @`), at)[0];
  return accepted ? (accepted.at - at) / 1000 : null;
}

function judge(pool: Pool, rows: Row[], leaks: Leak[], wanted: number): Findings {
  const hurt = leaks.map((one) => rows.find((row) => row.window === one.window && row.member === one.victim));
  const after = (cure: Cure, holds: (behind: number) => boolean) =>
    leaks.every((one, i) => one.cure !== cure || holds(Number(hurt[i]?.behindAfter5s)));
  const control = rows.filter((row) => row.window === rows[0]?.window);
  return {
    rows: rows.map((row) => {
      const one = leaks.find(({ window, victim }) => window === row.window && victim === row.member);
      return one ? { ...row, cure: one.cure, acceptedAfterSeconds: healed(pool, one) } : row;
    }),
    claims: [
      { claim: 'a block was leaked in each window meant for it', holds: leaks.length === wanted },
      { claim: 'without a leak no member drops a block', holds: control.every((row) => row.dropped === 0) },
      { claim: 'the leaked block is dropped', holds: hurt.every((row) => Number(row?.dropped) > 0) },
      {
        claim: 'left alone, its receiver links nothing after the window',
        holds: after('none', (behind) => behind > 5),
      },
      { claim: 'a new connection does not heal it', holds: after('cut', (behind) => behind > 5) },
      { claim: 'all it lacks over HTTP heals it', holds: after('push', (behind) => behind <= 2) },
    ],
  };
}

await experiment({
  name: '1-poison',
  question: 'Is a pool block that reaches a producing member lost to it, and does the hold prevent it?',
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
    '--cures <list>': ['one leak for each: none, cut (a new connection), push (over HTTP)', 'none,cut,push'],
  },
  run,
});
