import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import { POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Member, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver, untilTime } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

interface Leak {
  window: number;
  /** The member's connection was cut once after the window. */
  cut: boolean;
  id: string;
  num: number;
  at: number;
  victim: string;
}

/** In the middle of a window the emitted slot-0 block is written to a member that has made another one. */
async function leak(pool: Pool, watch: Watch, window: number): Promise<Leak | null> {
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
  return { window, cut: false, id: header.id, num: header.num, at: Date.now(), victim: victim.node.name };
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

async function run(lab: Lab, options: { latency: string }): Promise<Findings> {
  const pool = await startPool(lab, { latencyMs: Number(options.latency) });
  const watch = new Watch(pool);
  const rows: Row[] = [];
  const leaks: Leak[] = [];
  let window = pool.turns.next(POOL);
  for (const what of ['nothing', 'leak', 'nothing', 'leak and cut', 'nothing']) {
    const now = what === 'nothing' ? null : await leak(pool, watch, window);
    if (now) leaks.push(now);
    await untilOver(window, 1000);
    if (now && what === 'leak and cut') {
      pool.members.find(({ node }) => node.name === now.victim)?.proxy.cut();
      now.cut = true;
    }
    await untilOver(window, 5000);
    for (const member of pool.members) rows.push(await look(pool, watch, member, window, now));
    lab.say(`window ${window} over${now ? `, #${now.num} leaked to ${now.victim}` : ''}`);
    window += pool.turns.order.length;
  }
  return judge(pool, rows, leaks);
}

/** Seconds from the leak until the member's node took the block after all. */
function healed(pool: Pool, { victim, num, at }: Leak): number | null {
  const log = pool.members.find(({ node }) => node.name === victim)?.node.log ?? '';
  const accepted = logLines(log, new RegExp(`Received block .*#${num} @`), at)[0];
  return accepted ? (accepted.at - at) / 1000 : null;
}

function judge(pool: Pool, rows: Row[], leaks: Leak[]): Findings {
  const [left, cut] = [leaks.find((each) => !each.cut), leaks.find((each) => each.cut)];
  const hurt = (one?: Leak) => rows.find((row) => row.window === one?.window && row.member === one?.victim);
  const quiet = rows.filter((row) => !row.leakedNow && row.window !== (left?.window ?? 0) + 3);
  return {
    rows: rows.map((row) => {
      const one = leaks.find(({ window, victim }) => window === row.window && victim === row.member);
      return one ? { ...row, cut: one.cut, acceptedAfterSeconds: healed(pool, one) } : row;
    }),
    claims: [
      { claim: 'two blocks were leaked in mid-window', holds: leaks.length === 2 },
      { claim: 'without a leak no member drops a block', holds: quiet.every((row) => row.dropped === 0) },
      { claim: 'the leaked block is dropped', holds: [left, cut].every((one) => Number(hurt(one)?.dropped) > 0) },
      {
        claim: 'left alone, its receiver links nothing after the window',
        holds: Number(hurt(left)?.behindAfter5s) > 5,
      },
      { claim: 'a cut of the connection heals it', holds: Number(hurt(cut)?.behindAfter5s) <= 2 },
    ],
  };
}

await experiment({
  name: '1-poison',
  question: 'Is a pool block that reaches a producing member lost to it, and does the hold prevent it?',
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
  },
  run,
});
