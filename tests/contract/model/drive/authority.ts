import { createHash } from 'node:crypto';
import { PERMISSIONLESS } from '../../../../contracts/permissionless.ts';
import { poolCode } from '../../support/contracts.ts';
import type { Args } from '../rules/model.ts';
import { Abi } from './abi.ts';
import { OTHERS, PEOPLE, POOL, PRODUCER, type World } from './world.ts';

// No action without authority, told from the ABI alone: who has to sign is the action's first argument, or the contract itself
// while it is founded, or nobody for what is listed with a reason. All others together are not enough, whatever the arguments.

const FOUNDING = new Set(['init', 'founders', 'setfigure', 'setclaim', 'handover']);
const EVERYBODY = [POOL, PRODUCER, 'eosio', 'eosio.token', ...PEOPLE, ...OTHERS];

let abi: Abi | undefined;

/** The account without whose signature an action must be refused; undefined when anybody may push it. */
export function ownerOf(action: string, args: Args): string | undefined {
  if (action in PERMISSIONLESS) return undefined;
  if (FOUNDING.has(action)) return POOL;
  abi ??= new Abi(poolCode().abi);
  const [first] = abi.fieldsOf(abi.actions.get(action) as string);
  if (first?.type !== 'name') throw new Error(`the first argument of ${action} is no account`);
  return String(args[first.name]);
}

/** A sentence when everybody but the owner together can do this, or when their refused attempt leaves a trace in any table. */
export function checkOthersRefused(world: World, action: string, args: Args): string | undefined {
  const owner = ownerOf(action, args);
  if (owner === undefined) return undefined;
  const others = EVERYBODY.filter((account) => account !== owner);
  const before = fingerprint(world);
  const said = world.act(action, args, others);
  if (said === undefined) return `${action} is done without the signature of ${owner}`;
  if (!said.startsWith('missing required authority'))
    return `${action} without the signature of ${owner} says: ${said}`;
  return fingerprint(world) === before ? undefined : `${action} was refused and changed the tables`;
}

/** Of the bytes of every row of every contract. */
function fingerprint({ emulator }: World): string {
  const hash = createHash('sha256');
  for (const { tableId, primaryKey, payer, value } of emulator.rows()) {
    hash.update(`${tableId} ${primaryKey} ${payer} ${value.length} `).update(value);
  }
  return hash.digest('hex');
}
