import { z } from 'zod';
import type { ChainClient } from '../../common/chain.ts';
import { key, name, readRows } from '../../common/governance/columns.ts';
import type { Facts } from '../../common/governance/facts.ts';
import type { Member } from '../../common/governance/members.ts';
import { keyId } from '../../common/keys.ts';

/** What is known of the pool that a configuration is for; null where nobody said. */
export interface Place {
  /** The producer account. */
  pool: string | null;
  mode: 'propose' | 'standby' | null;
  member: Pick<Member, 'account' | 'key'> | null;
  /** Who ever had a signing key, by the key as "type:hex". */
  keyOwners: Map<string, string>;
  /** "host:port" of each emitter, where members connect to. */
  emitters: string[];
}

const keyRow = z.object({ account: name, key });

/** From the chain. */
export async function placeOf(client: ChainClient, facts: Facts, account: string | undefined): Promise<Place> {
  const uses = await readRows(client, facts.dac, 'keys', keyRow);
  const member = facts.members.find((one) => one.account === account) ?? null;
  const { mode } = facts.strategy;
  return {
    pool: facts.config.producer,
    mode: mode === 'standby' ? 'standby' : 'propose',
    member,
    keyOwners: new Map([
      ...facts.members.map((one) => [keyId(one.key), one.account] as const),
      ...uses.map((use) => [keyId(use.key), use.account] as const),
    ]),
    emitters: facts.roles.filter(({ role }) => role === 'emitter').flatMap(({ endpoints }) => addressesIn(endpoints)),
  };
}

/** Addresses "host:port" in an emitter's endpoints, a text for people: those that are no web addresses. */
export function addressesIn(endpoints: string): string[] {
  return endpoints
    .split(/[\s,;]+/)
    .filter((word) => !word.includes('://'))
    .filter((word) => /^[\w.-]+:\d{1,5}$|^\[[0-9a-f:]+\]:\d{1,5}$/i.test(word));
}
