import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import type { Ruling, Way } from '../support/delay-proxy.ts';
import { blocksBetween, POOL, untilSettled } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';

/** Slots 10 and 11: the end of a pool branch that comes too late, or not, to somebody. */
const TAIL = 2;
/** Well past the next producer's first block at the relay node. */
const LATE_MS = 700;

type Case = 'undisturbed' | 'leaves after the next producer began' | 'never reaches the next producer';
const CASES: Case[] = ['undisturbed', 'leaves after the next producer began', 'never reaches the next producer'];

function arrange(pool: Pool, which: Case, window: number): void {
  const isTail = (frame: Buffer, way: Way) => {
    const block = way === 'up' ? blockOf(frame) : null;
    return block?.pool === true && block.slot > lastSlot(window) - TAIL && block.slot <= lastSlot(window);
  };
  const late = which === 'leaves after the next producer began';
  pool.toRelay.rule = (frame, way): Ruling => {
    return late && isTail(frame, way) ? slotTime(lastSlot(window)) + LATE_MS : 'pass';
  };
  for (const proxy of [pool.toBp1, pool.toBp2]) {
    const never = which === 'never reaches the next producer';
    proxy.rule = (frame, way): Ruling => (never && isTail(frame, way) ? 'drop' : 'pass');
  }
}

async function look(pool: Pool, which: Case, window: number): Promise<Row> {
  const last = lastSlot(window);
  const chain = await blocksBetween(pool.bp2.api, firstSlot(window), last + 1);
  const [from, to] = [slotTime(last) - 1200, slotTime(last) + 2500];
  const at = (log: string, pattern: RegExp) => logLines(log, pattern, from, to);
  const switched = at(pool.relay.log, /switching forks/)[0]?.text;
  const [, fromNum = '', toNum = ''] = /\(block number (\d+)\) to .*\(block number (\d+)\)/.exec(switched ?? '') ?? [];
  return {
    case: which,
    poolSlotsOnChain: chain.filter(({ producer }) => producer === POOL).length,
    nextSlot0: chain.some(({ slot, producer }) => slot === last + 1 && producer === 'bp2'),
    relayNotAppliedToHead: at(pool.relay.log, /Block not applied to head/).length,
    relaySwitches: at(pool.relay.log, /switching forks/).length,
    relaySwitchedTo: switched ? Number(toNum) - Number(fromNum) : null,
    nextProducerSwitches: at(pool.bp2.log, /switching forks/).length,
  };
}

async function run(lab: Lab, options: { latency: string }): Promise<Findings> {
  const pool = await startPool(lab, { latencyMs: Number(options.latency) });
  const rows: Row[] = [];
  await untilSettled(lab, pool.bp1.api);
  let window = pool.turns.next(POOL, 2000);
  for (const which of CASES) {
    arrange(pool, which, window);
    await untilOver(window, 3000);
    rows.push(await look(pool, which, window));
    lab.say(`window ${window} over: ${which}`);
    window += pool.turns.order.length;
  }
  const [usual, late, never] = rows;
  return {
    rows,
    claims: [
      {
        claim: 'undisturbed, all 12 slots stay and nobody switches',
        holds: usual?.poolSlotsOnChain === 12 && usual.relaySwitches === 0,
      },
      {
        claim: 'a longer pool branch that comes later does not win',
        holds: late?.poolSlotsOnChain === 10 && late.nextProducerSwitches === 0,
      },
      {
        claim: "the next producer's first block beats a branch that is higher",
        holds: never?.poolSlotsOnChain === 10 && Number(never.relaySwitchedTo) < 0,
      },
      { claim: 'the next producer keeps its slot 0', holds: rows.every((row) => row.nextSlot0 === true) },
    ],
  };
}

await experiment({
  name: '4-late-branch',
  question: "Does a longer pool branch win once the next producer's first block exists below it?",
  options: { '--latency <ms>': ['one-way delay between relay node and producers', '20'] },
  run,
});
