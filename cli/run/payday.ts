import { readFileSync } from 'node:fs';
import { type Action, action, type ChainClient, type Pushed } from '../../common/chain.ts';
import { untilInBlock } from '../../common/inclusion.ts';
import { eventually } from '../../devnet/wait.ts';
import type { PoolRun } from './pool-run.ts';

export interface MemberRow {
  account: string;
  payee: string;
  owed: string | number;
  credited: string | number;
  paid: string | number;
}

const STEP_MS = 120_000;

/** Keys of the run's accounts, for the actions that members and anybody push. */
export function readKeys(run: PoolRun): Record<string, string> {
  return JSON.parse(readFileSync(run.state.keys, 'utf8')) as Record<string, string>;
}

/** Waits until the contract has settled all windows given. */
export async function untilSettled(
  run: PoolRun,
  windows: number[],
  onSettled: (window: number) => void,
): Promise<void> {
  const { dac } = run.state;
  const chain = run.chain();
  const seen = new Set<number>();
  await eventually(
    `the settlement of window ${windows[windows.length - 1]}`,
    async () => {
      for (const { window } of await chain.rows<{ window: number | string }>(dac, dac, 'windows')) {
        const id = Number(window);
        if (windows.includes(id) && !seen.has(id)) onSettled(id);
        seen.add(id);
      }
      return windows.every((id) => seen.has(id)) ? true : undefined;
    },
    24 * 3600_000,
    500,
  );
}

/** Claims the producer's rewards, ends the epoch, splits it and has every member claim; resolves when that is irreversible. */
export async function payday(run: PoolRun, progress: (text: string) => void): Promise<void> {
  const { dac, members } = run.state;
  const chain = run.chain(Object.values(readKeys(run)));
  const anybody = members[0]?.account ?? '';
  for (const name of ['harvest', 'cut', 'close']) {
    await untilInBlock(chain, await pushed(chain, name, action(dac, name, {}, anybody)));
    progress(DONE[name] ?? name);
  }
  const rows = await chain.rows<MemberRow>(dac, dac, 'members');
  const owed = rows.filter((row) => BigInt(row.owed) > 0n).map(({ account }) => account);
  const claims = owed.map((account) =>
    pushed(chain, `claim of ${account}`, action(dac, 'claim', { account }, account)),
  );
  progress(`${owed.length} members claim; waiting until that is irreversible`);
  for (const claim of await Promise.all(claims)) await untilInBlock(chain, claim, true);
}

const DONE: Record<string, string> = {
  harvest: 'rewards claimed from the chain',
  cut: 'epoch cut',
  close: 'epoch closed, income split over the shares',
};

/** Pushes until the node takes it: an epoch still in dispute refuses for a while. */
function pushed(chain: ChainClient, what: string, one: Action): Promise<Pushed> {
  return eventually(what, () => chain.transact([one]), STEP_MS, 500);
}
