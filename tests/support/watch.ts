import { ChainClient } from '../../common/chain.ts';
import { slotOfTimestamp } from '../../common/slot.ts';
import { type Proposal, readProposals } from '../../deploy/govern.ts';
import { type Authority, authorityOf } from './authority.ts';
import type { RunFile } from './run-file.ts';

/** What can only be seen on the chain while a run lasts. */
export interface Watched {
  /** Settled windows, with the last irreversible slot when each was first seen, and how many equal reports settled it. */
  settled: { window: number; libSlot: number; reports: number }[];
  /** Accounts of the oracles that the contract counts. */
  oracles: string[];
  /** Permissions of the DAC and of the producer account. */
  dac: Record<string, Authority>;
  pool: Record<string, Authority>;
  proposals: (Proposal & { subject: string; target: string })[];
  /** The most that the emitter's operator had, in the smallest unit. */
  operator: bigint;
}

/** Looks at the chain again and again until the run has ended. */
export async function watchRun(run: RunFile, ended: Promise<unknown>): Promise<Watched> {
  const chain = new ChainClient(run.publicApi);
  const seen: Watched = { settled: [], oracles: [], dac: {}, pool: {}, proposals: [], operator: 0n };
  let running = true;
  void ended.then(() => {
    running = false;
  });
  while (running) {
    // Not up yet, or ending.
    await look(run, chain, seen).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return seen;
}

async function look({ dac, pool, emitters }: RunFile, chain: ChainClient, seen: Watched): Promise<void> {
  const rows = await chain.rows<{ window: number | string; reports: number }>(dac, dac, 'windows');
  const { last_irreversible_block_num: lib } = await chain.info();
  const libSlot = slotOfTimestamp((await chain.block(lib)).timestamp);
  for (const { window, reports } of rows) {
    if (!seen.settled.some((known) => known.window === Number(window))) {
      seen.settled.push({ window: Number(window), libSlot, reports });
    }
  }
  if (seen.proposals.length === 0) {
    const oracles = await chain.rows<{ account: string; active: boolean | number }>(dac, dac, 'oracles');
    seen.oracles = oracles.filter(({ active }) => active).map(({ account }) => account);
    seen.dac = await authorityOf(chain, dac);
    seen.pool = await authorityOf(chain, pool);
    seen.proposals = (await readProposals(chain, dac)) as Watched['proposals'];
  }
  const held = await chain.balance('eosio.token', emitters[0]?.account ?? '', 'EOS');
  if (held > seen.operator) seen.operator = held;
}
