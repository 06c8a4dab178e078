import { firstSlot, lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { SELECT_DEFAULTS } from '../../emitter/select/types.ts';
import { IncomingBlock } from '../../emitter/verify/incoming.ts';
import { Burner, HEAVY_CONFIG, QUIET_CONFIG } from './lab/burner.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { type Claim, experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';

/** What the emitter thinks that applying takes, in parts of what was billed, and its margin: emitter/select/rescue.ts. */
const APPLY_FACTOR = (SELECT_DEFAULTS.applyPercent ?? 0) / 100;
const MARGIN_MS = SELECT_DEFAULTS.deadlineMarginMs;

interface Held {
  nums: number[];
  cpuMs: number;
}

/** Keeps the window's blocks from slot 1 on until `offset` ms after its last slot's time, as if they came by a rescue; null: none. */
function holdUntil(pool: Pool, window: number, offset: number | null): Held {
  const held: Held = { nums: [], cpuMs: 0 };
  const until = offset === null ? 0 : slotTime(lastSlot(window)) + offset;
  pool.toRelay.rule = (frame, way) => {
    const block = way === 'up' ? blockOf(frame) : null;
    if (!block?.pool || windowOf(block.slot) !== window || block.slot === firstSlot(window)) return 'pass';
    if (offset !== null && Date.now() >= until) return 'pass';
    const body = new IncomingBlock(frame, block).body();
    held.nums.push(block.num);
    held.cpuMs += body.ok ? body.value.cpuUs / 1000 : 0;
    return offset === null ? 'pass' : until;
  };
  return held;
}

async function look(pool: Pool, window: number, offset: number | null, held: Held): Promise<Row> {
  const last = lastSlot(window);
  const blocks = await blocksBetween(pool.bp2.api, firstSlot(window), last + 12);
  const from = slotTime(last) + (offset ?? -Number.POSITIVE_INFINITY);
  const received = logLines(
    pool.bp2.log,
    new RegExp(`Received block .* signed by ${POOL} `),
    from,
    slotTime(last) + 6000,
  );
  const applied = received.filter(({ text }) => held.nums.includes(Number(/ #(\d+) @/.exec(text)?.[1])));
  const elapsedUs = applied.reduce((sum, { text }) => sum + Number(/elapsed: (\d+)/.exec(text)?.[1] ?? 0), 0);
  const next = blocks.filter(({ slot, producer }) => slot > last && producer === 'bp2');
  const estimate = held.cpuMs * APPLY_FACTOR;
  return {
    releasedMsAfterT11: offset ?? 'not held',
    blocks: held.nums.length,
    billedMs: Math.round(held.cpuMs),
    emittersEstimateMs: Math.round(estimate),
    ruleAllows: offset === null || offset + estimate + MARGIN_MS <= 0,
    executedAtNextMs: Math.round(elapsedUs / 1000),
    appliedAtNextMs: offset === null ? null : Math.round((applied.at(-1)?.at ?? Number.NaN) - from),
    poolMissed: 12 - blocks.filter(({ slot, producer }) => slot <= last && producer === POOL).length,
    nextMissed: 12 - next.length,
    nextBeginsWithSlot: next[0] ? next[0].slot - last - 1 : null,
  };
}

async function run(lab: Lab, options: { latency: string; cpu: string; release: string }): Promise<Findings> {
  const quiet = [...HEAVY_CONFIG, ...QUIET_CONFIG];
  // What is held here has not been refused.
  const emitter = { EMITTER_ACCEPT_MS: '60000' };
  const config = { publicConfig: quiet, memberConfig: () => quiet, emitter };
  const pool = await startPool(lab, { latencyMs: Number(options.latency), load: 0.1, ...config });
  const burner = new Burner(pool.bp1.api, lab.keys.pair('eosio'));
  await burner.calibrate();
  const rows: Row[] = [];
  let window = pool.turns.next(POOL, 2000);
  const members = pool.members.map(({ node }) => node.api);
  for (const offset of [null, ...options.release.split(',').map(Number)]) {
    const held = holdUntil(pool, window, offset);
    void burner.burnWindow(window, Number(options.cpu), () => members);
    // The next producer's whole window is looked at.
    await untilOver(window, 6500);
    rows.push(await look(pool, window, offset, held));
    lab.say(`window ${window} over, released at ${offset ?? 'once'}`);
    window += pool.turns.order.length;
  }
  return { rows, claims: judge(rows) };
}

function judge(rows: Row[]): Claim[] {
  const [undisturbed, ...released] = rows;
  const allowed = released.filter((row) => row.ruleAllows);
  return [
    {
      claim: 'undisturbed, heavy blocks cost nothing',
      holds: undisturbed?.poolMissed === 0 && undisturbed.nextMissed === 0,
    },
    {
      claim: "a branch that the emitter's rule allows costs neither the pool nor the next producer a slot",
      holds: allowed.length > 0 && allowed.every((row) => row.poolMissed === 0 && row.nextMissed === 0),
    },
    {
      claim: 'one that the rule does not allow would cost the next producer or the pool slots',
      holds: released.some((row) => !row.ruleAllows && Number(row.nextMissed) + Number(row.poolMissed) > 0),
    },
  ];
}

await experiment({
  name: '5-heavy',
  question: 'Does a branch of heavy blocks that comes at once cost the next producer its first slots?',
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
    '--cpu <ms>': ['CPU of each block', '100'],
    '--release <ms,ms>': ["when the branch leaves, after the last slot's time", '-4000,-2500,-1500,-1000,-500'],
  },
  run,
});
