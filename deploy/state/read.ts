import type { ChainClient } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { chainTime, readTable } from '../../common/tables.ts';
import { tokenOf, unitsOf } from '../amount.ts';
import type { Deployment } from '../file.ts';
import type { Network } from '../network.ts';
import { readAccount } from './account.ts';
import { readMsig } from './msig.ts';
import { readPool } from './pool.ts';
import type { AccountState, ChainState, PoolState, RamMarket } from './types.ts';

/** Requests at a time, to a node that may be somebody else's. */
const AT_ONCE = 10;

/** Reads all that a plan is made from; `codeHash` is the wanted code's. Throws PoolError `network` for another chain than the profile's, `chain_unreachable`. */
export async function readState(
  client: ChainClient,
  network: Network,
  deployment: Deployment,
  codeHash: string,
): Promise<ChainState> {
  const info = await client.info();
  requireChain(client, network, info.chain_id);
  const token = { ...tokenOf(network.token.symbol), contract: network.token.contract };
  const { dac } = deployment;
  const carries = await readAccount(client, dac.account, token, true);
  const pool = carries?.abiHash ? await readPoolOf(client, dac.account) : null;
  const names = accountsOf(deployment, pool).filter((name) => name !== dac.account);
  const whole = [deployment.creator, deployment.producer.account];
  const others: [string, AccountState | null][] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    others.push(...(await Promise.all(some.map((name) => entry(client, name, token, whole.includes(name))))));
  }
  const proposers = [...new Set([...deployment.founders.map(({ account }) => account), ...votersOf(pool)])];
  return {
    now: chainTime(info.head_block_time),
    consensus: await readConsensus(client),
    version: info.server_version_string ?? '',
    accounts: new Map([[dac.account, carries] as const, ...others]),
    pool,
    ...(carries === null ? {} : await sizeOf(client, carries, codeHash)),
    msig: (await Promise.all(proposers.map((proposer) => readMsig(client, proposer)))).flat(),
    ram: await readMarket(client, network),
    registeredProducer: await readProducer(client, deployment.producer.account),
  };
}

async function entry(...asked: Parameters<typeof readAccount>): Promise<[string, AccountState | null]> {
  return [asked[1], await readAccount(...asked)];
}

/** Throws PoolError `network`. */
export function requireChain(client: ChainClient, network: Network, chainId: string): void {
  if (chainId === network.chainId) return;
  const text = `${client.url} serves the chain ${chainId}, and the network ${network.name} is ${network.chainId}: name another node with --api, or another network`;
  throw new PoolError('network', text);
}

/** How much code it carries, where that is other than what it shall carry. */
async function sizeOf(
  client: ChainClient,
  { name, codeHash }: AccountState,
  wanted: string,
): Promise<{ codeBytes?: number }> {
  if (codeHash === wanted || /^0+$/.test(codeHash)) return {};
  const body = { account_name: name };
  const { wasm } = await client.post<{ wasm: string }>('/v1/chain/get_raw_code_and_abi', body);
  return { codeBytes: Buffer.from(wasm, 'base64').length };
}

/** A contract account that carries something else has no such tables: then the code is wrong, and there is no pool yet. */
async function readPoolOf(client: ChainClient, dac: string): Promise<PoolState | null> {
  try {
    return await readPool(client, dac);
  } catch (thrown) {
    if (thrown instanceof PoolError && thrown.code === 'chain') return null;
    throw thrown;
  }
}

function accountsOf({ creator, producer, founders, roles }: Deployment, pool: PoolState | null): string[] {
  const people = [...founders, ...roles.emitters, ...roles.oracles].map(({ account }) => account);
  return [...new Set([creator, producer.account, ...people, ...roles.arbitrators, ...votersOf(pool)])];
}

function votersOf(pool: PoolState | null): string[] {
  return (pool?.seats ?? []).filter(({ voting, takesPart }) => voting && takesPart).map(({ account }) => account);
}

/**
 * Spring's nodes tell of their finalizers, which there are under Savanna only; older ones do not know the question. Source:
 * AntelopeIO/spring, plugins/chain_plugin, `get_finalizer_info`.
 */
async function readConsensus(client: ChainClient): Promise<ChainState['consensus']> {
  try {
    const answer = await client.post<{ active_finalizer_policy?: unknown }>('/v1/chain/get_finalizer_info');
    return answer.active_finalizer_policy ? 'savanna' : 'legacy';
  } catch (thrown) {
    if (thrown instanceof PoolError && thrown.code === 'chain') return 'untold';
    throw thrown;
  }
}

interface Market {
  base: { balance: string };
  quote: { balance: string };
}

async function readMarket(client: ChainClient, { token }: Network): Promise<RamMarket | null> {
  let row: Market | undefined;
  try {
    [row] = await client.rows<Market>('eosio', 'eosio', 'rammarket', 1);
  } catch (thrown) {
    if (!(thrown instanceof PoolError) || thrown.code !== 'chain') throw thrown;
  }
  if (!row) return null;
  const units = unitsOf(row.quote.balance, tokenOf(token.symbol));
  const bytes = unitsOf(row.base.balance, { precision: 0, symbol: 'RAM' });
  return units === null || bytes === null ? null : { units, bytes };
}

interface ProducerRow {
  owner: string;
  is_active: number;
  url: string;
  location: number;
  producer_key: string;
  producer_authority?: [string, { keys: { key: string }[] }];
}

async function readProducer(client: ChainClient, producer: string): Promise<ChainState['registeredProducer']> {
  const bounds = { lower_bound: producer, upper_bound: producer };
  const [row] = await readTable<ProducerRow>(client, 'eosio', 'eosio', 'producers', bounds);
  if (!row) return null;
  const keys = row.producer_authority?.[1].keys.map(({ key }) => key) ?? [row.producer_key];
  return { active: Boolean(row.is_active), keys, url: row.url, location: row.location };
}
