import { readFileSync } from 'node:fs';
import { type Action, action, type ChainClient, type Pushed } from '../../common/chain.ts';
import { sentence } from '../../common/errors.ts';
import { readCredits } from '../../common/governance/treasury.ts';
import { untilInBlock } from '../../common/inclusion.ts';
import { chainTime, readTable, type Whole } from '../../common/tables.ts';
import { eventually } from '../../devnet/wait.ts';
import { readTreasury } from '../../oracle/keeper/node-keeper.ts';
import { type OrderRow, payableOrders } from '../../oracle/keeper/treasury.ts';
import type { PoolConfig } from '../../oracle/source/chain.ts';
import { NodeChain } from '../../oracle/source/node-chain.ts';
import type { PoolRun } from './pool-run.ts';

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

/**
 * Claims the producer's rewards, ends the epoch, splits it, pays the orders that are due and has every member claim;
 * resolves when that is irreversible.
 */
export async function payday(run: PoolRun, progress: (text: string) => void): Promise<void> {
  const { dac, members } = run.state;
  const chain = run.chain(Object.values(readKeys(run)));
  const anybody = members[0]?.account ?? '';
  const last = await lastWindow(chain, dac);
  // An oracle's keeper may have been a moment earlier.
  const poke = async (name: string, data: object, done: string, isDone: (pool: PoolConfig) => boolean) => {
    const sent = await pushed(chain, name, action(dac, name, data, anybody), async () =>
      isDone(await readConfig(chain, dac)),
    );
    if (sent) await included(chain, sent, async () => isDone(await readConfig(chain, dac)));
    progress(done);
  };
  const isCut = ({ closingThrough }: PoolConfig) => closingThrough >= last;
  for (const { id } of await readTable<{ id: Whole }>(chain, dac, dac, 'claims')) {
    await poke('harvest', { id }, 'rewards claimed from the chain', (pool) => pool.harvested || isCut(pool));
  }
  const pool = await readConfig(chain, dac);
  if (pool.harvested || isCut(pool)) {
    await poke('cut', {}, 'epoch cut', isCut);
    await poke('close', {}, 'epoch closed, income split over the shares', ({ closedThrough }) => closedThrough >= last);
  } else {
    progress('a keeper claimed before the last windows, and the chain pays once a day: their epoch goes on');
  }
  for (const { id, payee } of await dueOrders(chain, dac)) {
    const isPaid = async () => !(await dueOrders(chain, dac)).some((order) => order.id === id);
    const paid = await pushed(chain, 'payorder', action(dac, 'payorder', { id }, anybody), isPaid);
    if (paid) await included(chain, paid, isPaid);
    progress(`order ${id} paid: a month of ${payee}`);
  }
  const owed = (await readCredits(chain, dac)).filter((credit) => credit.owed > 0n);
  const claims = owed.map(({ account }) =>
    pushed(chain, `claim of ${account}`, action(dac, 'claim', { account, token: 0 }, account)),
  );
  progress(`${owed.length} members claim; waiting until that is irreversible`);
  for (const claim of await Promise.all(claims)) if (claim) await untilInBlock(chain, claim, true);
}

/** Monthly orders that the treasury can pay now. */
async function dueOrders(chain: ChainClient, dac: string): Promise<OrderRow[]> {
  const orders = await readTable<OrderRow>(chain, dac, dac, 'orders');
  const now = chainTime((await chain.info()).head_block_time);
  return payableOrders(orders, await readTreasury(chain, dac), now);
}

async function lastWindow(chain: ChainClient, dac: string): Promise<number> {
  return (await readConfig(chain, dac)).lastWindow;
}

function readConfig(chain: ChainClient, dac: string): Promise<PoolConfig> {
  return new NodeChain(chain, { dac, account: dac, permission: 'active' }).config();
}

/** Waits for a transaction's block. One that a keeper's overtook after the node had taken it comes in none. */
async function included(chain: ChainClient, sent: Pushed, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await untilInBlock(chain, sent);
  } catch (thrown) {
    if (!(await isDone())) throw thrown;
  }
}

/** Pushes until the node takes it, for an epoch still in dispute refuses for a while; null when somebody else did it. */
function pushed(
  chain: ChainClient,
  what: string,
  one: Action,
  isDone: () => Promise<boolean> = async () => false,
): Promise<Pushed | null> {
  const attempt = async () => {
    try {
      return await chain.transact([one]);
    } catch (thrown) {
      // eosio.system's words, when a keeper claimed before anything was earned.
      if (/already claimed rewards within past day/.test(sentence(thrown)) || (await isDone())) return null;
      throw thrown;
    }
  };
  return eventually(what, attempt, STEP_MS, 500);
}
