import { createHash } from 'node:crypto';
import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import type { Authority } from '../accounts.ts';
import { type Token, unitsOf } from '../amount.ts';
import type { AccountState, Link, Permission } from './types.ts';

interface Linked {
  account: string;
  action?: string;
}

interface Answer {
  ram_quota: number | string;
  ram_usage: number | string;
  total_resources: { cpu_weight: string; net_weight: string } | null;
  permissions: { perm_name: string; parent: string; required_auth: Authority; linked_actions?: Linked[] }[];
  /** Actions for which no permission is asked. */
  eosio_any_linked_actions?: Linked[];
}

/** nodeos' words for an account that is not there, of several versions. */
const MISSING = /unknown key|account.*(does not exist|not found)|unable to find account/i;

/**
 * Reads an account, or null when there is none: what it lives on and who holds it; with `whole` also its code, ABI and balance, which only a
 * few are asked for. Throws PoolError `chain_unreachable`.
 */
export async function readAccount(
  client: ChainClient,
  name: string,
  token: Token & { contract: string },
  whole: boolean,
): Promise<AccountState | null> {
  let answer: Answer;
  try {
    answer = await client.post<Answer>('/v1/chain/get_account', { account_name: name });
  } catch (thrown) {
    if (thrown instanceof PoolError && thrown.code === 'chain' && MISSING.test(thrown.message)) return null;
    throw thrown;
  }
  const { cpu_weight = '', net_weight = '' } = answer.total_resources ?? {};
  return {
    name,
    permissions: answer.permissions.map(toPermission).concat(openToAll(answer)),
    tellsLinks: answer.permissions.some(({ linked_actions }) => linked_actions !== undefined),
    ram: { quota: Number(answer.ram_quota), used: Number(answer.ram_usage) },
    cpu: unitsOf(cpu_weight, token) ?? 0n,
    net: unitsOf(net_weight, token) ?? 0n,
    ...(whole ? await readRest(client, name, token) : { liquid: 0n, codeHash: '', abiHash: '' }),
  };
}

async function readRest(client: ChainClient, name: string, token: Token & { contract: string }) {
  const body = { account_name: name };
  const [{ code_hash }, { abi }, liquid] = await Promise.all([
    client.post<{ code_hash: string }>('/v1/chain/get_code_hash', body),
    client.post<{ abi?: string }>('/v1/chain/get_raw_abi', body),
    client.balance(token.contract, name, token.symbol),
  ]);
  return { liquid, codeHash: code_hash, abiHash: abiHash(client, abi ?? '') };
}

function toPermission({ perm_name, parent, required_auth, linked_actions }: Answer['permissions'][number]): Permission {
  return { name: perm_name, parent, auth: required_auth, links: (linked_actions ?? []).map(toLink) };
}

function toLink({ account, action }: Linked): Link {
  return { code: account, type: action ?? '' };
}

/** Actions that anybody may call in the account's name: a link to the permission eosio.any, which is no permission of its own. */
function openToAll({ eosio_any_linked_actions: linked = [] }: Answer): Permission[] {
  const nobody = { threshold: 1, keys: [], accounts: [], waits: [] };
  return linked.length === 0 ? [] : [{ name: 'eosio.any', parent: '', auth: nobody, links: linked.map(toLink) }];
}

/** `base64`: as `get_raw_abi` gives it. Packed anew, for others write the same ABI in other bytes: cleos leaves out what is empty. */
function abiHash(client: ChainClient, base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0) return '';
  try {
    return hashOfAbi(client, client.api.rawAbiToJson(bytes));
  } catch {
    return createHash('sha256').update(bytes).digest('hex'); // no ABI that could be the pool's
  }
}

/** sha256 of an ABI in the bytes that this program packs it in. */
export function hashOfAbi(client: ChainClient, abi: object): string {
  const whole = client.api.rawAbiToJson(Buffer.from(client.packAbi(abi), 'hex'));
  return createHash('sha256').update(client.packAbi(whole), 'hex').digest('hex');
}
