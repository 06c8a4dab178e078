import path from 'node:path';
import { type Action, action } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';
import { signJoin } from '../../contracts/proof.ts';
import { readContract } from '../../deploy/code.ts';
import { type DacTerms, makeDac } from '../../deploy/dac.ts';
import { type Figures, handOver, setClaims, setFigures } from '../../deploy/founding.ts';
import { nameOracle, register } from '../../deploy/motions.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE, TOKEN_CONTRACT } from '../../devnet/config.ts';
import type { KeyRing } from '../../devnet/keys.ts';
import { ROOT } from '../../devnet/tools.ts';
import { digest } from './acts.ts';
import { count, executeAlso, type Noted, proposeAlso, VOTE_SECONDS, voteOn } from './ballots.ts';
import type { BenchChain } from './chain.ts';
import type { Abi } from './coverage.ts';
import type { People } from './people.ts';

/** A pool of so many members on the bench's chain. */
export interface BenchPool {
  chain: BenchChain;
  people: People;
  keys: KeyRing;
  dac: string;
  /** Names the account that holds its money. */
  producer: string;
  members: string[];
  /** What `init` founds it with. */
  founding: DacTerms;
  /** Hash of the terms in force. */
  terms: string;
  /** First window that can be reported. */
  firstWindow: number;
  /** By label; what was read of each once it was on the chain. */
  proposals: Map<string, Noted>;
  /** How many were proposed, by members in turn. */
  proposed: number;
  /** Ids of orders, cases and windows, by label. */
  ids: Map<string, number>;
}

/** What a time limit or a distance would only hold up; the others are as short as they may be, for the clock is put forward. */
export const FIGURES: Figures = {
  ...{ votetime: VOTE_SECONDS, locktime: 0, changegap: 0, mingap: 0, dispute: 0, probation: 0, grace: 0 },
  ...{ notice: 60, challenge: 60, pausetime: 600, appealtime: 600, casetime: 3600 },
  ...{ casefee: 1000, monthlimit: 1e12 },
};
const JOINS_IN_EACH = 10;
/** So that more windows are over than will be reported. */
const WINDOWS_SECONDS = 1800;

/** The contract as it was built last. */
export function poolContract() {
  const { wasm, abi } = readContract(path.join(ROOT, 'contracts/target/pool'));
  return { wasm, abi: abi as Abi };
}

/** The accounts of a pool and its contract's code. */
export async function makePool(chain: BenchChain, people: People, keys: KeyRing, size: number, dac: string) {
  const { client } = chain;
  const members = people.members.slice(0, size);
  const terms = digest('a constitution');
  const producer = `${dac}bp`;
  const { chain_id } = await client.info();
  const profile = { producer, token_contract: TOKEN_CONTRACT, core: CORE, chain_id, terms };
  const founding = { ...profile, url: 'https://pool.example', location: 0, founders: members };
  const usual = { ramBytes: 300_000, net: coreAmount(CORE, 500_000), cpu: coreAmount(CORE, 500_000) };
  await makeDac(client, {
    creator: 'eosio',
    dac,
    dacKey: people.key.public,
    contract: poolContract(),
    dacResources: { ...usual, ramBytes: 6_000_000 },
    producerResources: usual,
    terms: founding,
  });
  const noted = { proposals: new Map(), proposed: 0, ids: new Map() };
  const pool: BenchPool = { chain, people, keys, dac, producer, members, founding, terms, firstWindow: 0, ...noted };
  return pool;
}

/** Founds it, hands it over, registers its producer and names three oracles. */
export async function found(pool: BenchPool): Promise<void> {
  const { chain, people, dac } = pool;
  const { client } = chain;
  await chain.push([action(dac, 'init', pool.founding, dac)]);
  await setFigures(client, dac, FIGURES);
  await setClaims(client, dac, [{ code: people.rewards, name: 'claimrewards' }]);
  await joinAll(pool, pool.members);
  await handOver(client, dac);
  await decide(pool, [register(true), ...people.oracles.map(nameOracle)]);
  await chain.push([transfer(people.payer, dac, 1000, 'income before')]);
  await chain.pass(WINDOWS_SECONDS);
  await readFirstWindow(pool);
}

export async function readFirstWindow(pool: BenchPool): Promise<void> {
  const [state] = await readTable<{ first_window: Whole }>(pool.chain.client, pool.dac, pool.dac, 'state');
  pool.firstWindow = Number(state?.first_window);
}

/** Has all motions voted through; at most 15, for each of three members has at most 5. */
export async function decide(pool: BenchPool, motions: { kind: string; data: object }[]): Promise<void> {
  const labels = motions.map((_, i) => `motion ${i}`);
  for (const [i, { kind, data }] of motions.entries()) await proposeAlso(pool, kind, data, labels[i] as string);
  await voteOn(pool, labels);
  await pool.chain.pass(VOTE_SECONDS + 1);
  await count(pool, labels);
  for (const label of labels) await executeAlso(pool, label);
}

export async function joinAll(pool: BenchPool, accounts: string[]): Promise<void> {
  const joins = accounts.map((account) => action(pool.dac, 'join', joining(pool, account), account));
  await pool.chain.pushAll(joins, JOINS_IN_EACH);
}

/** An application, with a signing key of the account's own. */
export function joining(pool: BenchPool, account: string): Record<string, unknown> {
  const said = { payee: account, url: `https://${account}.example`, location: 0, owners: '' };
  return { ...proven(pool, account, account), terms: pool.terms, ...said };
}

/** A changed signing key, which `label` names. */
export function newKey(pool: BenchPool, account: string, label: string): Record<string, unknown> {
  return proven(pool, account, `${account}#${label}`);
}

/** A signing key with the proof that it is held. */
function proven({ keys, dac, founding, terms }: BenchPool, account: string, label: string) {
  const pair = keys.pair(`${dac}:${label}`);
  const key = pair.public;
  return { account, key, proof: signJoin({ chainId: founding.chain_id, dac, account, key, terms }, pair.private) };
}

/** In whole core tokens. */
export function transfer(from: string, to: string, units: number, memo: string): Action {
  const quantity = coreAmount(CORE, units);
  return action(TOKEN_CONTRACT, 'transfer', { from, to, quantity, memo }, from);
}
