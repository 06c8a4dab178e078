import { z } from 'zod';
import type { ChainClient } from '../chain.ts';
import { count, flag, key, name, readRows, text, time } from './columns.ts';

export const ROLES = ['emitter', 'oracle', 'arbitrator'] as const;
export type Role = (typeof ROLES)[number];

/** Who holds a role. `stopper` asked for a stop at `stopperAt` (ms since 1970) and waits for a second member. */
export interface RoleHolder {
  role: Role;
  account: string;
  /** An oracle that was stopped stays listed while it has open reports. */
  active: boolean;
  /** Of an emitter: the key that signs its log; of the others empty. */
  key: string;
  endpoints: string;
  stopper: string;
  stopperAt: number;
}

const base = { account: name, stopper: name, stopper_at: time };
const emitterRow = z.object({ ...base, key, endpoints: text });
const oracleRow = z.object({ ...base, active: flag, open: count });
const arbitratorRow = z.object(base);

type Row = z.output<typeof arbitratorRow> & { active?: boolean; key?: string; endpoints?: string };

/** Everybody with a role: emitters, oracles, arbitrators. */
export async function readRoles(client: ChainClient, dac: string): Promise<RoleHolder[]> {
  const [emitters, oracles, arbitrators] = await Promise.all([
    readRows(client, dac, 'emitters', emitterRow),
    readRows(client, dac, 'oracles', oracleRow),
    readRows(client, dac, 'arbitrators', arbitratorRow),
  ]);
  const toHolder =
    (role: Role) =>
    (row: Row): RoleHolder => {
      const { account, active = true, key = '', endpoints = '', stopper, stopper_at: stopperAt } = row;
      return { role, account, active, key, endpoints, stopper, stopperAt };
    };
  return [
    ...emitters.map(toHolder('emitter')),
    ...oracles.map(toHolder('oracle')),
    ...arbitrators.map(toHolder('arbitrator')),
  ];
}
