import { firstSlot, lastSlot, slotTime, windowOf } from '../../common/slot.ts';
import { summarizeBody } from '../../emitter/decode/body.ts';
import { Burner } from './lab/burner.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver, untilTime } from './lab/turns.ts';

/** The factor by which the emitter thinks that applying takes longer than billed: emitter/select/rescue.ts. */
const APPLY_FACTOR = 1.5;
/** Only the first block leaves in time; the other eleven come at once, as a rescue's branch would. */
const BRANCH = 11;

interface Released {
  blocks: number;
  cpuMs: number;
}

/** Holds the window's blocks from slot 1 on until `offset` ms after its last slot's time; null: nothing is held. */
function holdUntil(pool: Pool, window: number, offset: number | null): Released {
  const seen = { blocks: 0, cpuMs: 0 };
  pool.toRelay.rule = (frame, way) => {
    const block = way === 'up' ? blockOf(frame) : null;
    if (!block?.pool || windowOf(block.slot) !== window || block.slot === firstSlot(window)) return 'pass';
    const body = summarizeBody(frame, block.bodyOffset);
    seen.blocks++;
    seen.cpuMs += body.ok ? body.value.cpuUs / 1000 : 0;
    return offset === null ? 'pass' : slotTime(lastSlot(window)) + offset;
  };
  return seen;
}

async function look(pool: Pool, window: number, offset: number | null, held: Released): Promise<Row> {
  const last = lastSlot(window);
  const blocks = await blocksBetween(pool.bp2.api, firstSlot(window), last + 12);
  const from = slotTime(last) + (offset ?? -Number.POSITIVE_INFINITY);
  const applied = logLines(pool.bp2.log, / signed by pool /, from, slotTime(last) + 6000).at(-1)?.at;
  const next = blocks
    .filter(({ slot, producer }) => slot > last && producer === 'bp2')
    .map(({ slot }) => slot - last - 1);
  return {
    releasedMsAfterT11: offset ?? 'not held',
    blocks: held.blocks,
    billedMs: Math.round(held.cpuMs),
    emittersEstimateMs: Math.round(held.cpuMs * APPLY_FACTOR),
    lastAppliedMsAfterRelease: offset === null || !applied ? null : Math.round(applied - from),
    poolSlotsOnChain: blocks.filter(({ slot, producer }) => slot <= last && producer === POOL).length,
    nextProducersFirstSlot: next[0] ?? null,
    nextProducerMissed: 12 - next.length,
  };
}

async function run(lab: Lab, options: { latency: string; cpu: string; release: string }): Promise<Findings> {
  // Transactions go to the members alone: public nodes then need their CPU for blocks only.
  // A node without a producer wants its read window longer than a transaction.
  const quiet = [
    'p2p-accept-transactions = false',
    'max-transaction-time = 150',
    'read-only-read-window-time-us = 200000',
  ];
  const config = { publicConfig: quiet, memberConfig: () => quiet };
  const pool = await startPool(lab, { latencyMs: Number(options.latency), load: 0.1, ...config });
  const burner = new Burner(pool.bp1.api, lab.keys.pair('eosio'));
  await burner.calibrate();
  const rows: Row[] = [];
  let window = pool.turns.next(POOL, 2000);
  const members = pool.members.map(({ node }) => node.api);
  for (const offset of [null, ...options.release.split(',').map(Number)]) {
    const held = holdUntil(pool, window, offset);
    for (let slot = firstSlot(window); slot < lastSlot(window); slot++) {
      await untilTime(slotTime(slot) - 300);
      void burner.burn(Number(options.cpu), members);
    }
    // The next producer's whole window is looked at.
    await untilOver(window, 6500);
    rows.push(await look(pool, window, offset, held));
    lab.say(`window ${window} over, released at ${offset ?? 'once'}`);
    window += pool.turns.order.length;
  }
  const late = (row: Row) => Number(row.releasedMsAfterT11) + Number(row.emittersEstimateMs) > -50;
  const released = rows.filter((row) => row.releasedMsAfterT11 !== 'not held');
  const safe = released.filter((row) => !late(row));
  return {
    rows,
    claims: [
      {
        claim: 'undisturbed, heavy blocks cost nothing',
        holds: rows[0]?.poolSlotsOnChain === 12 && rows[0].nextProducerMissed === 0,
      },
      {
        claim: "what the emitter's rule allows costs the next producer nothing",
        holds: safe.every((row) => row.nextProducerMissed === 0),
      },
      {
        claim: "the emitter's estimate is not below what applying took",
        holds: released.every((row) => Number(row.lastAppliedMsAfterRelease) <= Number(row.emittersEstimateMs) + 100),
      },
    ],
  };
}

await experiment({
  name: '5-heavy-rescue',
  question: `Does a branch of ${BRANCH} heavy blocks that comes at once cost the next producer its first slots?`,
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
    '--cpu <ms>': ['CPU of each block', '100'],
    '--release <ms,ms>': ["when the branch leaves, after the last slot's time", '-2500,-1000,-200'],
  },
  run,
});
