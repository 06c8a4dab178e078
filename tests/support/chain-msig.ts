import { type Action, action } from '../../common/chain.ts';
import { msigHash, msigTransaction } from '../../deploy/msig.ts';
import { eventually } from '../../devnet/wait.ts';
import type { TestChain } from './chain.ts';

export interface Level {
  actor: string;
  permission: string;
}

/** Proposes a transaction to eosio.msig; returns the hash of the bytes that lie there, which is what members vote for. */
export async function proposeMsig(
  chain: TestChain,
  by: { proposer: string; name: string; requested: Level[]; seconds?: number },
  actions: Action[],
): Promise<string> {
  const { proposer, name, requested, seconds = 3000 } = by;
  const trx = await msigTransaction(chain.client, actions, (await chain.now()) + seconds * 1000);
  await chain.push(action('eosio.msig', 'propose', { proposer, proposal_name: name, requested, trx }, proposer));
  return msigHash(chain.client, proposer, name);
}

export async function cancelMsig(chain: TestChain, proposer: string, name: string): Promise<void> {
  await chain.push(action('eosio.msig', 'cancel', { proposer, proposal_name: name, canceler: proposer }, proposer));
}

export async function approveMsig(chain: TestChain, proposer: string, name: string, by: string): Promise<void> {
  const level: Level = { actor: by, permission: 'active' };
  await chain.push(action('eosio.msig', 'approve', { proposer, proposal_name: name, level }, by));
}

/** Executes it; this eosio.msig sends a deferred transaction, which is in a block soon after. */
export async function execMsig(chain: TestChain, proposer: string, name: string, executer: string): Promise<void> {
  await chain.push(action('eosio.msig', 'exec', { proposer, proposal_name: name, executer }, executer));
}

export async function untilCodeIs(chain: TestChain, account: string, hash: string): Promise<void> {
  const changed = async () => ((await chain.codeHash(account)) === hash ? true : undefined);
  await eventually(`code ${hash} on ${account}`, changed, 10_000);
}
