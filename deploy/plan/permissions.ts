import { type Action, action } from '../../common/chain.ts';
import type { Authority } from '../accounts.ts';
import type { AccountState, Permission } from '../state/types.ts';
import { authorityText, FREE, type Given, linkText, permissionOf, type Step, sameAuthority } from './step.ts';

/** One thing about an account's permissions that is otherwise than it shall be, and what mends it in the name of its owner. */
export interface Drift {
  id: string;
  about: string;
  is: string;
  shall: string;
  actions: Action[];
}

/**
 * Whatever lets somebody else into an account that only `authority` shall hold: other keys in owner or active, further permissions, links.
 * In the order in which it has to be mended: the owner last, for it signs the rest.
 */
export function drifts(account: AccountState, wanted: { owner: Authority; active: Authority }): Drift[] {
  const { name } = account;
  const found: Drift[] = [];
  for (const { name: permission, links } of account.permissions) {
    for (const link of links) {
      found.push({
        id: `link:${name}:${linkText(link)}`,
        about: `link of ${name}`,
        is: `${linkText(link)} can be called by ${name}@${permission}`,
        shall: 'no link',
        actions: [action('eosio', 'unlinkauth', { account: name, ...link }, `${name}@owner`)],
      });
    }
  }
  for (const permission of deepestFirst(account.permissions)) found.push(foreign(name, permission));
  for (const permission of ['active', 'owner'] as const) {
    const held = permissionOf(account, permission);
    if (held && sameAuthority(held.auth, wanted[permission])) continue;
    const parent = permission === 'owner' ? '' : 'owner';
    found.push({
      id: `permission:${name}@${permission}`,
      about: `${name}@${permission}`,
      is: held ? authorityText(held.auth) : 'it is not there',
      shall: authorityText(wanted[permission]),
      actions: [
        action('eosio', 'updateauth', { account: name, permission, parent, auth: wanted[permission] }, `${name}@owner`),
      ],
    });
  }
  return found;
}

function foreign(name: string, { name: permission, auth }: Permission): Drift {
  return {
    id: `permission:${name}@${permission}`,
    about: `${name}@${permission}`,
    is: authorityText(auth),
    shall: 'no such permission',
    actions: [action('eosio', 'deleteauth', { account: name, permission }, `${name}@owner`)],
  };
}

/** A permission cannot be deleted while another one hangs on it. */
function deepestFirst(permissions: Permission[]): Permission[] {
  const own = permissions.filter(({ name }) => !['owner', 'active', 'eosio.any'].includes(name));
  const depth = ({ parent }: Permission): number => {
    const above = own.find(({ name }) => name === parent);
    return above ? depth(above) + 1 : 0;
  };
  return own.sort((a, b) => depth(b) - depth(a));
}

/** Steps for an account that keys still hold: one a difference, each after the one before it. */
export function isolated({ state }: Given, name: string, authority: Authority): Step[] {
  const account = state.accounts.get(name) ?? null;
  if (account === null) return [];
  const found = drifts(account, { owner: authority, active: authority });
  return found.map((drift, i) => ({ ...drift, cost: FREE, needs: found.slice(0, i).map(({ id }) => id) }));
}
