import path from 'node:path';
import { type Action, action, type ChainClient } from '../common/chain.ts';
import { PoolError } from '../common/errors.ts';
import { type Authority, keyAuthority } from '../deploy/accounts.ts';
import { putCode, readContract } from '../deploy/code.ts';
import { eventually, nextBlocks } from './wait.ts';

interface Feature {
  feature_digest: string;
  dependencies: string[];
  specification: { name: string; value: string }[];
}

/** The accounts that eosio.system sends to or expects. */
const SYSTEM_ACCOUNTS = 'token bpay vpay ram ramfee stake names saving rex reserv msig wrap'.split(' ');
const PRIVILEGED = ['eosio.msig', 'eosio.wrap'];

export interface BootPlan {
  systemContracts: string;
  /** Public key of eosio and of all eosio.* accounts. */
  systemKey: string;
  /** "4,EOS" */
  core: string;
}

/** An amount of the core token in whole units: "100.0000 EOS". */
export function coreAmount(core: string, units: number): string {
  const [precision = '4', symbol = ''] = core.split(',');
  return `${units.toFixed(Number(precision))} ${symbol}`;
}

/**
 * Turns a fresh chain into one with the real system contract: protocol features, system accounts, token, msig, wrap,
 * system. The client must hold the system key, and its node the producer API.
 */
export async function bootSystem(client: ChainClient, plan: BootPlan, progress: (text: string) => void): Promise<void> {
  await bootBios(
    client,
    plan,
    SYSTEM_ACCOUNTS.map((name) => `eosio.${name}`),
  );
  progress('protocol features');
  for (const name of ['eosio.token', 'eosio.msig', 'eosio.wrap']) await install(client, plan, name, name);
  const maximum_supply = coreAmount(plan.core, 10_000_000_000);
  const quantity = coreAmount(plan.core, 1_000_000_000);
  await client.transact([
    action('eosio.token', 'create', { issuer: 'eosio', maximum_supply }, 'eosio.token'),
    action('eosio.token', 'issue', { to: 'eosio', quantity, memo: '' }, 'eosio'),
  ]);
  await install(client, plan, 'eosio.system', 'eosio');
  await client.transact(PRIVILEGED.map((account) => action('eosio', 'setpriv', { account, is_priv: 1 }, 'eosio')));
  await client.transact([action('eosio', 'init', { version: 0, core: plan.core }, 'eosio')]);
  progress('system contracts');
}

/**
 * The beginning of it: all protocol features, `accounts` under the system key, and eosio.bios on eosio, which sets
 * producers without an election. As long as there is no eosio.system, nobody needs resources.
 */
export async function bootBios(client: ChainClient, plan: BootPlan, accounts: string[]): Promise<void> {
  const authority = keyAuthority(plan.systemKey);
  const features = await client.post<Feature[]>('/v1/producer/get_supported_protocol_features');
  await preactivate(client, features);
  await client.transact(accounts.map((name) => bareAccount(name, authority)));
  await nextBlocks(client);
  await install(client, plan, 'eosio.bios', 'eosio');
  await activateRest(client, features);
}

/** PREACTIVATE_FEATURE goes through the producer API and is on from the next block. */
async function preactivate(client: ChainClient, features: Feature[]): Promise<void> {
  const first = features.find((feature) => feature.specification[0]?.value === 'PREACTIVATE_FEATURE');
  if (!first)
    throw new PoolError(
      'features',
      `${client.url} knows no feature PREACTIVATE_FEATURE: nodeos 1.8 or newer is needed`,
    );
  const protocol_features_to_activate = [first.feature_digest];
  await client.post('/v1/producer/schedule_protocol_feature_activations', { protocol_features_to_activate });
}

/** All others, those that depend on another after it. */
async function activateRest(client: ChainClient, features: Feature[]): Promise<void> {
  const rest = features.filter((feature) => feature.specification[0]?.value !== 'PREACTIVATE_FEATURE');
  rest.sort((a, b) => a.dependencies.length - b.dependencies.length);
  await client.transact(rest.map(({ feature_digest }) => action('eosio', 'activate', { feature_digest }, 'eosio')));
  await nextBlocks(client, 2);
}

/** As long as there is no system contract, an account needs no resources. */
function bareAccount(name: string, authority: Authority): Action {
  return action('eosio', 'newaccount', { creator: 'eosio', name, owner: authority, active: authority }, 'eosio');
}

/** Tried again when refused: a contract can use a feature only from the block after its activation on. */
async function install(client: ChainClient, plan: BootPlan, name: string, account: string): Promise<void> {
  const contract = readContract(path.join(plan.systemContracts, name, name));
  const put = async () => client.transact(putCode(client, account, contract));
  await eventually(`${name} on ${account}`, put, 10_000, 300);
  client.forgetAbis();
}
