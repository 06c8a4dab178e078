import { firstSlot, lastSlot, slotTime } from '../../common/slot.ts';
import type { Ruling, Way } from '../support/delay-proxy.ts';
import { blocksBetween, POOL } from './lab/chain.ts';
import type { Lab } from './lab/lab.ts';
import { logLines } from './lab/nodelog.ts';
import { blockOf, type Pool, startPool } from './lab/pool.ts';
import { experiment, type Findings, type Row } from './lab/report.ts';
import { untilOver } from './lab/turns.ts';
import { Watch } from './lab/watch.ts';

type Where = 'nobody' | 'members' | 'members 2 and 3' | 'relay and members' | 'members, for ever';
const CASES: Where[] = ['nobody', 'members', 'members 2 and 3', 'relay and members', 'members, for ever'];

/** Past the time of the previous producer's last slot, when members without its block begin to build below it. */
const LATE_MS = 50;

/** Keeps the previous producer's last block from some of the nodes until it is late. */
class Withholder {
  where: Where = 'nobody';
  slot = -1;

  constructor(pool: Pool) {
    // The emitter must see it as late as the members do: it is held on its way to the emitter, on the members' connections.
    pool.toRelay.rule = (frame, way, link) => {
      const { where } = this;
      const applies = where.startsWith('members') && !(where === 'members 2 and 3' && link.agent === 'member1');
      return link.agent.startsWith('member') && applies ? this.rule(frame, way) : 'pass';
    };
    for (const proxy of [pool.toBp1, pool.toBp2]) {
      proxy.rule = (frame, way) => (this.where === 'relay and members' ? this.rule(frame, way) : 'pass');
    }
  }

  /** Everywhere here it comes from the node that was dialled. */
  private rule(frame: Buffer, way: Way): Ruling {
    if (way !== 'down' || blockOf(frame)?.slot !== this.slot) return 'pass';
    return this.where === 'members, for ever' ? 'drop' : slotTime(this.slot) + LATE_MS;
  }

  arm(where: Where, window: number): void {
    this.where = where;
    this.slot = firstSlot(window) - 1;
  }
}

async function look(pool: Pool, watch: Watch, window: number, where: Where, rule: string): Promise<Row> {
  const [first, last] = [firstSlot(window), lastSlot(window)];
  const chain = await blocksBetween(pool.bp2.api, first - 1, last);
  const [from, to] = [slotTime(first) - 700, slotTime(last) + 450];
  const switches = (log: string) => logLines(log, /switching forks/, from, to).length;
  const emission = watch.emission(first);
  const heads = await Promise.all(pool.members.map(({ node }) => node.api.info()));
  const { head_block_num: head } = await pool.bp2.api.info();
  return {
    rule,
    withheldFrom: where,
    poolSlotsMissed: 12 - chain.filter(({ producer }) => producer === POOL).length,
    previousKept: chain.some(({ slot, producer }) => slot === first - 1 && producer === 'bp1'),
    firstLeftMsBeforeT0: emission ? Math.round(emission.lead) : null,
    switchesBp1: switches(pool.bp1.log),
    switchesBp2: switches(pool.bp2.log),
    dropped: pool.members.map(({ node }) => logLines(node.log, /dropped incoming/, from, to).length).join(' '),
    membersBehindAfter3s: heads.map((info) => head - info.head_block_num).join(' '),
  };
}

async function run(lab: Lab, options: { latency: string; wait: string; only: string }): Promise<Findings> {
  const emitter = { EMITTER_PARENT_WAIT_MS: options.wait };
  const pool = await startPool(lab, { latencyMs: Number(options.latency), emitter });
  const watch = new Watch(pool);
  const withholder = new Withholder(pool);
  const below = Number(options.wait) < 1000;
  const cases = options.only ? CASES.filter((where) => options.only.split(',').includes(where)) : CASES;
  const rows: Row[] = [];
  let window = pool.turns.next(POOL, 2000);
  for (const where of cases) {
    withholder.arm(where, window);
    await untilOver(window, 3000);
    rows.push(await look(pool, watch, window, where, below ? 'highest parent, else below' : 'extends the tip only'));
    lab.say(`window ${window} over: withheld from ${where}`);
    window += pool.turns.order.length;
  }
  return { rows, claims: below ? claims(rows) : oldRule(rows) };
}

function claims(rows: Row[]) {
  const row = (where: Where) => rows.find((each) => each.withheldFrom === where);
  const everywhere = rows.filter(({ withheldFrom }) => !['nobody', 'members 2 and 3'].includes(String(withheldFrom)));
  const some = row('members 2 and 3');
  return [
    { claim: 'no pool slot is missed', holds: rows.every((each) => each.poolSlotsMissed === 0) },
    { claim: 'late at all members, the previous block is orphaned', holds: everywhere.every((e) => !e.previousKept) },
    { claim: 'one member that has it keeps it on the chain', holds: !some || some.previousKept === true },
    { claim: 'undisturbed, it stays', holds: row('nobody')?.previousKept !== false },
  ];
}

function oldRule(rows: Row[]) {
  const late = rows.filter(({ withheldFrom }) => !['nobody', 'members 2 and 3'].includes(String(withheldFrom)));
  return [{ claim: 'the whole window is missed', holds: late.every((row) => row.poolSlotsMissed === 12) }];
}

await experiment({
  name: '2-late-parent',
  question: "What does it cost when the previous producer's last block comes to the pool 50 ms after its slot's time?",
  options: {
    '--latency <ms>': ['one-way delay between relay node and producers', '20'],
    '--wait <ms>': ['wait for a candidate on the previous block; 60000 is the rule "extends the tip only"', '100'],
    '--only <cases>': [`comma-separated, of: ${CASES.join(' / ')}`, ''],
  },
  run,
});
