import type { ChainClient } from '../../common/chain.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import { grouped } from '../../common/governance/words.ts';

/** A row's own cost, and of a table's first row in a scope. Source: docs/contract.md, RAM. */
const ROW = 112;

/** Bytes of RAM that an action takes of who pushes it; what is not here takes none, or the pool's. Source: docs/contract.md, RAM. */
export const BYTES = {
  vote: 121 + ROW,
  proposal: (detail: string, text: string) => 333 + ROW + Buffer.byteLength(detail) + Buffer.byteLength(text),
  dispute: 128 + ROW,
  case: (panel: number) => 308 + ROW + 8 * panel,
  ruling: 184 + ROW,
  deposit: 129 + ROW,
} as const;

/** Refuses an account that is not there, or has less free RAM than the action takes of it; `bytes` 0: only that it is there. */
export async function requireRoom(client: ChainClient, account: string, bytes: number): Promise<void> {
  type Answer = { ram_quota: number; ram_usage: number };
  let found: Answer;
  try {
    found = await client.post<Answer>('/v1/chain/get_account', { account_name: account });
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
    if (!/unknown key|does not exist|not found/i.test(sentence(thrown))) throw thrown;
    throw new PoolError('account', `there is no account ${account} on the chain of ${client.url}`);
  }
  const { ram_quota: quota, ram_usage: used } = found;
  // A quota below zero is none at all.
  if (bytes === 0 || quota < 0 || quota - used >= bytes) return;
  const [free, wanted] = [quota - used, bytes].map((one) => grouped(BigInt(one)));
  throw new PoolError(
    'room',
    `${account} has ${free} bytes of RAM free, and this takes ${wanted}: buy some for it first`,
  );
}
