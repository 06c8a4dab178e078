import { type Action, action } from '../../../common/chain.ts';
import { slotAt, windowOf } from '../../../common/slot.ts';
import { chainTime } from '../../../common/tables.ts';
import { eligibleBitmap } from '../../../contracts/proof.ts';
import { byAnybody, digest } from '../acts.ts';
import { decided, executing, proposing } from '../ballots.ts';
import type { BenchPool } from '../pool.ts';
import type { Block, Measured } from '../stage.ts';
import { sampleReport } from '../window.ts';

export const report: Measured = {
  name: 'report',
  act: (pool, sample) => reportBy(pool, pool.firstWindow + 1 + sample, 0),
};

/** The second of three equal reports completes the quorum. */
export const settle: Measured = {
  name: 'settle',
  of: 'report',
  act: (pool, sample) => reportBy(pool, pool.firstWindow + 1 + sample, 1),
};

/** How many windows `prune` erases: so many are settled in each sample, and their epoch is closed. */
const PRUNED = 10;

/** What is settled gives a share to every member, so that a verdict moves as many as it can. */
const propvoid = proposing('void', (pool) => ({ window: pool.ids.get('window') }));

const propsettle = proposing('settle', (pool) => {
  const eligible = [...eligibleBitmap(pool.members.keys())];
  return { window: Number(pool.ids.get('window')) + 1, eligible, metrics_hash: digest('metrics') };
});

const prune: Measured = {
  name: `prune (${PRUNED} windows)`,
  of: 'prune',
  prepare: async (pool) => {
    await pool.chain.push([byAnybody(pool, 'harvest', { id: 1 })]);
    await pool.chain.push([byAnybody(pool, 'close')]);
  },
  act: (pool) => byAnybody(pool, 'prune', { max: 500 }),
};

export const verdicts: Block = {
  title: 'what members decide of windows',
  samples: 13,
  parts: 13,
  stages: [
    { enter: (pool) => settleWindows(pool, PRUNED), actions: [propvoid, propsettle] },
    ...decided(['void', 'settle'], [executing('void'), executing('settle'), prune]),
  ],
};

/** Settles the newest windows that are over, and notes the first of them. */
export async function settleWindows(pool: BenchPool, windows: number): Promise<void> {
  const now = windowOf(slotAt(chainTime((await pool.chain.client.info()).head_block_time)));
  const first = now - windows - 1;
  pool.ids.set('window', first);
  for (let i = 0; i < windows; i++) {
    await pool.chain.push([reportBy(pool, first + i, 0), reportBy(pool, first + i, 1)]);
  }
}

export function reportBy(pool: BenchPool, window: number, oracle: number): Action {
  const account = pool.people.oracles[oracle] as string;
  return action(pool.dac, 'report', sampleReport(account, window, pool.members), account);
}
