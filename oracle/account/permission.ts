import { keyId } from '../../common/keys.ts';
import type { AccountState, Permission } from './account.ts';

/** All that an oracle's key has to do; the second list with the keeper. docs/oracle.md has the cleos lines. */
export const REPORT_ACTIONS = ['report'];
export const KEEPER_ACTIONS = ['harvest', 'cut', 'close', 'payorder'];

export interface Wanted {
  account: string;
  permission: string;
  dac: string;
  /** Public keys that this oracle signs with. */
  keys: string[];
  keeper: boolean;
}

/** What is wrong with the oracle's permission, and what the node does not tell; each one sentence. */
export interface PermissionCheck {
  wrong: string[];
  unknown: string[];
}

/** Whether a key that gets lost could do more than report and keep: looked at when an oracle starts. */
export function checkPermission({ permissions }: AccountState, wanted: Wanted): PermissionCheck {
  const { account, permission } = wanted;
  const own = permissions.find(({ name }) => name === permission);
  if (!own) {
    const text = `${account} has no permission ${permission}: make it with "cleos set account permission ${account} ${permission} PUBLIC_KEY active"`;
    return { wrong: [text], unknown: [] };
  }
  const wrong = [...wrongKeys(own, permissions, wanted)];
  if (permission === 'owner' || permission === 'active') {
    wrong.push(
      `ORACLE_PERMISSION is ${permission}, with which the whole account goes when the key is lost: make a permission of its own`,
    );
    return { wrong, unknown: [] };
  }
  if (permissions.every(({ links }) => links === null)) {
    const text = `which actions are linked to ${account}@${permission} cannot be checked: the node does not tell (nodeos does from Leap 3.1 on)`;
    return { wrong, unknown: [text] };
  }
  for (const text of wrongLinks(own.links ?? [], wanted)) wrong.push(`${account}@${permission} ${text}`);
  const alien = permissions.find(({ name, parent }) => parent === permission && name !== permission);
  if (alien)
    wrong.push(
      `${account}@${permission} is the parent of the permission ${alien.name} and can do what that one can: hang it on active`,
    );
  return { wrong, unknown: [] };
}

function* wrongKeys(own: Permission, all: Permission[], { account, permission, keys }: Wanted): Generator<string> {
  const held = new Set(keys.map(keyId));
  const isHeld = ({ key }: { key: string }) => held.has(keyId(key));
  const weight = own.keys.filter(isHeld).reduce((sum, each) => sum + each.weight, 0);
  if (weight < own.threshold) {
    yield `the key of this oracle does not suffice for ${account}@${permission}, which has ${own.keys.map(({ key }) => key).join(', ') || 'no key'}: use that one, or change the permission`;
  }
  for (const other of all) {
    if (other.name !== permission && other.keys.some(isHeld)) {
      yield `the key of this oracle is in ${account}@${other.name} too: give ${permission} a key of its own`;
    }
  }
}

function* wrongLinks(links: string[], { dac, keeper }: Wanted): Generator<string> {
  const needed = [...REPORT_ACTIONS, ...(keeper ? KEEPER_ACTIONS : [])].map((name) => `${dac}::${name}`);
  const allowed = new Set([...REPORT_ACTIONS, ...KEEPER_ACTIONS].map((name) => `${dac}::${name}`));
  const isAll = links.includes(`${dac}::*`);
  const missing = isAll ? [] : needed.filter((action) => !links.includes(action));
  if (missing.length > 0)
    yield `is not linked to ${missing.join(', ')}, which will be refused: link them with "cleos set action permission"`;
  const more = links.filter((link) => !allowed.has(link));
  if (more.length > 0) yield `is linked to ${more.join(', ')} too, which an oracle's key need not do: remove that link`;
}
