import { setTimeout as sleep } from 'node:timers/promises';
import { firstSlot, lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { MESSAGE, messageType } from '../../emitter/decode/message.ts';
import type { ProxyLink, Ruling, Way } from '../support/delay-proxy.ts';
import { POOL, untilInSync } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { percentile } from './lab/numbers.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver, untilTime } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

const NAMES = Object.fromEntries(Object.entries(MESSAGE).map(([name, type]) => [type, name]));
/** Members begin to wait for their window when they have the previous producer's last block, up to 600 ms early. */
const EARLY_MS = 700;

/** Counts frames on the members' connections, by direction and type. */
class Counter {
  private counts = new Map<string, { frames: number; bytes: number }>();
  private on = false;

  constructor(pool: Pool) {
    for (const { proxy } of pool.members) proxy.taps.add((frame, way) => this.count(frame, way));
  }

  start(): void {
    this.counts = new Map();
    this.on = true;
  }

  /** One row a direction and type, for all members together. */
  stop(filter: string, during: string): Row[] {
    this.on = false;
    const keys = [...this.counts.keys()].sort();
    return keys.map((key) => {
      const [from = '', type = ''] = key.split(' ');
      return { filter, during, from, type, ...this.counts.get(key) };
    });
  }

  private count(frame: Buffer, way: Way): void {
    if (!this.on) return;
    const key = `${way === 'up' ? 'members' : 'relay'} ${NAMES[messageType(frame)]}`;
    const sum = this.counts.get(key) ?? { frames: 0, bytes: 0 };
    this.counts.set(key, { frames: sum.frames + 1, bytes: sum.bytes + frame.length });
  }
}

/**
 * The least a filter must do: one pool block a slot leaves, on top of the last one, and none reaches a member before 150 ms past
 * the window. All else passes, requests, notices and handshakes included.
 */
class OpenFilter {
  private tip: string | null = null;
  private readonly decided = new Set<number>();

  rule(frame: Buffer, way: Way, _link: ProxyLink): Ruling {
    const block = blockOf(frame);
    if (!block) return 'pass';
    if (way === 'down') {
      const release = slotTime(lastSlot(windowOf(block.slot))) + 150;
      if (block.pool && Date.now() < release) return release;
      if (!block.pool) this.tip = block.id;
      return 'pass';
    }
    if (!block.pool || this.decided.has(block.slot) || block.previous !== this.tip) return 'drop';
    this.decided.add(block.slot);
    this.tip = block.id;
    return 'pass';
  }
}

/** Counts one round: the pool's window by itself, then the rest. */
async function round(pool: Pool, counter: Counter, watch: Watch, filter: string): Promise<Row[]> {
  const window = pool.turns.next(POOL, EARLY_MS + 1000);
  await untilTime(slotTime(firstSlot(window)) - EARLY_MS);
  counter.start();
  await untilOver(window, 450);
  const rows = counter.stop(filter, 'pool window');
  counter.start();
  await untilTime(slotTime(firstSlot(window + pool.turns.order.length)) - EARLY_MS);
  rows.push(...counter.stop(filter, 'other windows'));
  const own = watch.candidates.filter(({ header }) => windowOf(header.slot) === window);
  // A candidate's own lead shrinks by what queued before it: slot k leaves 50 × (k + 1) ms before its time.
  const late = own.map(({ header, lead }) => 50 * ((header.slot % 12) + 1) - lead);
  rows.push({ filter, during: 'pool window', from: 'members', type: 'candidates', frames: own.length });
  rows.push({ filter, during: 'pool window', from: 'members', type: 'ms late, p50', frames: percentile(late, 0.5) });
  rows.push({ filter, during: 'pool window', from: 'members', type: 'ms late, max', frames: percentile(late, 1) });
  return rows;
}

async function run(lab: Lab, options: { latency: string; load: string }): Promise<Findings> {
  const order = ['bp1', POOL, 'bp2', 'bp3'];
  const pool = await startPool(lab, { latencyMs: Number(options.latency), order, load: Number(options.load) });
  const counter = new Counter(pool);
  const watch = new Watch(pool);
  const first = pool.turns.next(POOL, 2000);
  await untilOver(first, 1000);
  const rows = await round(pool, counter, watch, 'swallowing');
  lab.say('counted with the emitter');
  const filter = new OpenFilter();
  for (const { proxy } of pool.members) {
    proxy.rule = (frame, way, link) => filter.rule(frame, way, link);
    proxy.target = pool.relay.p2p;
    proxy.cut();
  }
  await sleep(1000);
  await untilInSync(
    pool.bp1.api,
    pool.members.map(({ node }) => node),
  );
  await untilOver(pool.turns.next(POOL, 2000), 1000);
  rows.push(...(await round(pool, counter, watch, 'open')));
  const { head_block_num: head, last_irreversible_block_num: lib } = await pool.bp1.api.info();
  lab.say(`counted without; the last irreversible block is ${head - lib} behind`);
  return { rows, claims: claims(rows) };
}

function claims(rows: Row[]) {
  const sum = (filter: string, types: string[], column: 'frames' | 'bytes') =>
    rows
      .filter((row) => row.filter === filter && row.during === 'pool window' && types.includes(String(row.type)))
      .reduce((total, row) => total + Number(row[column] ?? 0), 0);
  const asking = ['request', 'syncRequest'];
  return [
    { claim: 'swallowing: nobody asks members for blocks', holds: sum('swallowing', asking, 'frames') === 0 },
    { claim: 'open: relay node and members ask each other', holds: sum('open', asking, 'frames') > 0 },
    {
      claim: 'open: more bytes of blocks in the window',
      holds: sum('open', ['signedBlock'], 'bytes') > sum('swallowing', ['signedBlock'], 'bytes'),
    },
  ];
}

await experiment({
  name: '7-frames',
  question: 'What do members and relay node say to each other in a round, with and without the quiet sync?',
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
    '--load <n>': ['transactions a second', '20'],
  },
  run,
});
