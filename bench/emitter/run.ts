import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followEvents } from '../../cli/run/events.ts';
import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import { slotAt, slotInWindow, slotTime } from '../../common/slot.ts';
import type { Supervisor } from '../../devnet/supervisor.ts';
import { BlockMaker, type Unsigned } from '../relay/blocks.ts';
import { BenchClock } from '../relay/clock.ts';
import { spread } from '../relay/result.ts';
import { FakeNode } from './fake-node.ts';
import { Members } from './members.ts';
import { EmitterProcess } from './process.ts';
import type { EmitterResult, GrowthResult } from './result.ts';

const SIZES = [20_000, 300_000];
const MEMBERS = [3, 10, 30, 100];
/** Slots a setting, after those that warm it up. */
const SLOTS = 30;
const WARM_UP_SLOTS = 12;
/** Members send within this long; a nodeos with cpu effort 90 % sends 50 ms earlier with each slot of its window. */
const SPREAD_MS = 300;
const LEAD_MS = 150;
const GAIN_MS = 50;
/** For the highest rate: so many members send all at once, so often; the clock jumps from slot to slot. */
const BURST_MEMBERS = 100;
const BURSTS = 60;
const BURST_BYTES = 20_000;
/** An emitter that waits for a window's end before it stops is not waited for: each slot is in a window of the pool's. */
const STOP_MS = 300;
const PATIENCE_MS = 20_000;

/** The real emitter between members that are bare sockets and a relay node that is none. */
export async function benchEmitter(
  dir: string,
  supervisor: Supervisor,
  progress: (text: string) => void,
): Promise<EmitterResult> {
  const growth: GrowthResult[] = [];
  for (const bytes of SIZES) {
    for (const count of MEMBERS) {
      growth.push(await withGround(dir, supervisor, count, (ground) => grow(ground, bytes)));
      progress(`${count} members, ${bytes} bytes: ${JSON.stringify(growth.at(-1))}`);
    }
  }
  const candidatesPerSecond = await withGround(dir, supervisor, BURST_MEMBERS, burst);
  progress(`${candidatesPerSecond} candidates of ${BURST_BYTES} bytes a second`);
  return { candidatesPerSecond, growth };
}

/** An emitter with its members and what the log says. */
interface Ground {
  maker: BlockMaker;
  members: Members;
  emitter: EmitterProcess;
  count: number;
  clock: BenchClock;
  seen: Seen;
}

interface Seen {
  candidates: number;
  refused: string[];
  addedMs: number[];
}

async function withGround<T>(
  dir: string,
  supervisor: Supervisor,
  count: number,
  work: (ground: Ground) => Promise<T>,
): Promise<T> {
  const clock = new BenchClock(path.join(dir, 'clock'));
  const members = new Members(count);
  const chainId = randomBytes(32).toString('hex');
  const maker = new BlockMaker(chainId, randomBytes(32), slotAt(Date.now()));
  const { genesis, scheduleHash } = maker;
  const node = await FakeNode.start({ chainId, genesis, scheduleHash, keys: members.keys });
  const ended = new AbortController();
  const seen: Seen = { candidates: 0, refused: [], addedMs: [] };
  const name = `emitter-${++grounds}`;
  try {
    const emitter = await EmitterProcess.start(dir, name, supervisor, node);
    void followEvents(emitter.http, ended.signal, (record) => note(seen, record));
    await members.connect('127.0.0.1', emitter.port);
    return await work({ maker, members, emitter, count, clock, seen });
  } finally {
    ended.abort();
    members.close();
    await supervisor.stop(name, STOP_MS);
    node.close();
  }
}
let grounds = 0;

function note(seen: Seen, { event }: EventRecord): void {
  if (event.type === 'emission') seen.addedMs.push(event.addedUs / 1000);
  if (event.type !== 'candidate') return;
  seen.candidates++;
  if (event.verdict === 'invalid') seen.refused.push(event.reason ?? '');
}

async function grow(ground: Ground, size: number): Promise<GrowthResult> {
  const { maker, emitter, seen, count } = ground;
  let slot = slotAt(Date.now()) + 3;
  for (let i = 0; i < WARM_UP_SLOTS; i++) await inTime(ground, maker.prepare(slot++, size));
  await allSeen(ground, WARM_UP_SLOTS * count);
  seen.addedMs = [];
  const cpu = emitter.cpuSeconds;
  let rss = 0;
  slot = Math.max(slot, slotAt(Date.now()) + 2);
  for (let i = 0; i < SLOTS; i++) {
    await inTime(ground, maker.prepare(slot++, size));
    rss = Math.max(rss, emitter.rss);
  }
  await allSeen(ground, (WARM_UP_SLOTS + SLOTS) * count);
  const cpuPerBlock = Math.round(((emitter.cpuSeconds - cpu) / (SLOTS * count)) * 1e6) / 1e3;
  const { p50: addedP50, p99: addedP99 } = spread(seen.addedMs);
  return { members: count, bytes: size, addedP50, addedP99, cpuPerBlock, rss };
}

/** All members' candidates for a slot, spread over some time around it, each slot another one first. */
async function inTime({ members, count }: Ground, block: Unsigned): Promise<void> {
  const heads = Array.from({ length: count }, (_, i) => members.head(block, i));
  const start = slotTime(block.slot) - LEAD_MS - GAIN_MS * slotInWindow(block.slot);
  for (let i = 0; i < count; i++) {
    const wait = start + (i * SPREAD_MS) / count - Date.now();
    if (wait > 1) await sleep(wait);
    const member = (i + block.slot) % count;
    members.send(member, heads[member] as Buffer, block.body);
  }
}

/** Candidates a second while a slot's candidates of all members wait at once; pauses between slots do not count. */
async function burst(ground: Ground): Promise<number> {
  const { maker, members, count, clock, seen } = ground;
  let slot = slotAt(Date.now()) + 2;
  let elapsed = 0;
  for (let i = -WARM_UP_SLOTS; i < BURSTS; i++) {
    const block = maker.prepare(slot, BURST_BYTES);
    const heads = Array.from({ length: count }, (_, member) => members.head(block, member));
    await clock.near(slot++);
    const start = performance.now();
    for (const [member, head] of heads.entries()) members.send(member, head, block.body);
    await allSeen(ground, (i + WARM_UP_SLOTS + 1) * count);
    if (i >= 0) elapsed += performance.now() - start;
  }
  if (seen.refused.length > 0) throw new PoolError('bench', `candidates were refused: ${seen.refused[0]}`);
  return Math.round((BURSTS * count * 1000) / elapsed);
}

async function allSeen({ seen }: Ground, candidates: number): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (seen.candidates < candidates) {
    if (seen.refused.length > 0) throw new PoolError('bench', `candidates were refused: ${seen.refused[0]}`);
    if (performance.now() > end) {
      throw new PoolError('bench', `the log has ${seen.candidates} of ${candidates} candidates`);
    }
    await sleep(1);
  }
}
