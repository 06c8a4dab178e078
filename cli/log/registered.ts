import { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { keyId } from '../../common/keys.ts';
import { readTable } from '../../common/tables.ts';
import type { SignersCheck } from './signers.ts';

/**
 * What is wrong with the keys of a log by the contract's own tables: log keys that are no registered emitter's, signers that
 * are no member's; null when nothing is. Throws PoolError `chain` or `chain_unreachable`, and `event_log` for a log that does
 * not name its contract.
 */
export async function wrongKeys(api: string, { dac, logKeys, signers }: SignersCheck): Promise<string | null> {
  if (dac === null) throw new PoolError('event_log', 'the log does not name its contract, so --api has nothing to ask');
  const client = new ChainClient(api);
  const [emitters, keys] = await Promise.all([
    readTable<{ key: string }>(client, dac, dac, 'emitters'),
    readTable<{ key: string }>(client, dac, dac, 'keys'),
  ]);
  const strange = firstNotIn(logKeys, emitters);
  if (strange) return `it is signed with ${strange}, which is no key of an emitter of ${dac}`;
  const foreign = firstNotIn(signers, keys);
  return foreign ? `it has candidates signed with ${foreign}, which never was a member's key of ${dac}` : null;
}

function firstNotIn(wanted: Set<string>, rows: { key: string }[]): string | undefined {
  const known = new Set(rows.map(({ key }) => keyId(key)));
  return [...wanted].find((key) => !known.has(key));
}
