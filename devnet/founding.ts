import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ChainClient } from '../common/chain.ts';
import { readContract } from '../deploy/code.ts';
import { deployDac } from '../deploy/dac.ts';
import { type Figures, handOver, SYSTEM_CLAIM, setClaims, setFigures } from '../deploy/founding.ts';
import { decide } from '../deploy/govern.ts';
import { joinPool } from '../deploy/member.ts';
import { admit, chooseBy, type Motion, nameEmitter, nameOracle, orderMonthly, register } from '../deploy/motions.ts';
import { deployOracle } from '../deploy/oracle.ts';
import { DAC, PERSON } from './accounts.ts';
import { coreAmount } from './boot.ts';
import { CORE, DEFAULT_MODE, DEFAULT_STRATEGY, type DevnetConfig, NAMES, TOKEN_CONTRACT } from './config.ts';
import type { KeyRing } from './keys.ts';
import { ROOT } from './tools.ts';

/** Who takes part in the pool. */
export interface Cast {
  members: string[];
  oracles: string[];
  /** Their accounts, in the order of DEVNET_EMITTERS. */
  emitters: string[];
  /** sha256 of the constitution that all agree to, in hex; read once, for the file may be edited meanwhile. */
  terms: string;
}

/** What an emitter's operator gets a month, in whole core tokens, and for how many months. */
const EMITTER_PAY = 10;
const EMITTER_MONTHS = 12;
const MONTH_LIMIT = 100_000;
/** Of the producer. */
const PROFILE = { url: 'https://pool.example', location: 0 };

/** The last member is no founder: it shows an application and a vote. A single one has to found the pool. */
export function founders(members: string[]): string[] {
  return members.slice(0, Math.max(1, members.length - 1));
}

/** The hash that members agree to. */
export function constitutionHash(): string {
  const text = readFileSync(path.join(ROOT, 'docs/constitution.md'));
  return createHash('sha256').update(text).digest('hex');
}

/** The DAC with its contract and figures, the keyless producer account, and the oracles' accounts. */
export async function deployPool(
  client: ChainClient,
  keys: KeyRing,
  config: DevnetConfig,
  { members, oracles, terms }: Cast,
): Promise<void> {
  const { chain_id } = await client.info();
  const profile = { ...PROFILE, founders: founders(members) };
  const chain = { producer: NAMES.pool, token_contract: TOKEN_CONTRACT, core: CORE, chain_id };
  await deployDac(client, {
    creator: 'eosio',
    dac: NAMES.dac,
    dacKey: keys.pair(NAMES.dac).public,
    contract: readContract(path.join(ROOT, 'contracts/target/pool')),
    dacResources: DAC,
    producerResources: PERSON,
    terms: { ...chain, terms, ...profile },
  });
  await setFigures(client, NAMES.dac, figures(config));
  await setClaims(client, NAMES.dac, [SYSTEM_CLAIM]);
  for (const account of oracles) {
    const accountKey = keys.pair(account).public;
    const reportKey = keys.pair(`${account}@report`).public;
    await deployOracle(client, { creator: 'eosio', dac: NAMES.dac, account, accountKey, reportKey, resources: PERSON });
  }
}

/** With the pool one more producer than DEVNET_PRODUCERS takes turns, so its windows are that far apart. */
function figures(config: DevnetConfig): Figures {
  return {
    eligible: config.DEVNET_ELIGIBLE_PERCENT,
    infra: config.DEVNET_INFRA_PERMILLE,
    mingap: config.DEVNET_PRODUCERS + 1,
    votetime: config.DEVNET_VOTE_SECONDS,
    locktime: 0,
    dispute: config.DEVNET_DISPUTE_SECONDS,
    notice: config.DEVNET_NOTICE_SECONDS,
    probation: 0,
    changegap: 0,
    monthlimit: MONTH_LIMIT * 10 ** Number(CORE.split(',')[0]),
  };
}

/** The founders join and take the pool over from the DAC's key, which opens nothing from then on; then the others apply. */
export async function foundPool(client: ChainClient, keys: KeyRing, { members, terms }: Cast): Promise<void> {
  const { chain_id: chainId } = await client.info();
  const first = founders(members);
  const join = (account: string) => {
    const signingKey = keys.pair(`${account}@signing`);
    const url = `https://${account}.example`;
    return joinPool(client, { dac: NAMES.dac, account, signingKey, terms, chainId, url, location: 0 });
  };
  for (const account of first) await join(account);
  await handOver(client, NAMES.dac);
  keys.forget(NAMES.dac);
  for (const account of members.slice(first.length)) await join(account);
}

/** What the founders vote on before the pool begins: who joins them, who serves them, that it produces, what it pays for. */
export async function decideAll(client: ChainClient, keys: KeyRing, config: DevnetConfig, cast: Cast): Promise<void> {
  const first = founders(cast.members);
  const motions: Motion[] = [
    ...cast.members.slice(first.length).map(admit),
    register(true),
    ...cast.oracles.map(nameOracle),
    ...cast.emitters.flatMap((account, i) => emitterMotions(account, keys, config, i)),
  ];
  const { DEVNET_STRATEGY: strategy, DEVNET_MODE: mode } = config;
  if (strategy !== DEFAULT_STRATEGY || mode !== DEFAULT_MODE) motions.push(chooseBy(strategy, mode));
  await decide(client, NAMES.dac, first, motions);
}

function emitterMotions(account: string, keys: KeyRing, config: DevnetConfig, index: number): Motion[] {
  const { p2p = '', http = '' } = config.DEVNET_EMITTERS[index] ?? {};
  return [
    nameEmitter(account, keys.pair(`${account}@log`).public, `${p2p} ${http}`),
    orderMonthly(account, coreAmount(CORE, EMITTER_PAY), EMITTER_MONTHS, `${account} runs an emitter`),
  ];
}

/**
 * What `./pool deploy` takes for this pool: so it finds nothing to do where nobody has changed anything. `dacKey`: the public key that
 * held the contract's account before the hand-over. `dir`: the folder that the file is in.
 */
export function deploymentOf(keys: KeyRing, config: DevnetConfig, cast: Cast, dacKey: string, dir: string): object {
  const publicKey = (label: string) => keys.pair(label).public;
  const emitters = cast.emitters.map((account, i) => {
    const { p2p = '', http = '' } = config.DEVNET_EMITTERS[i] ?? {};
    return { account, logKey: publicKey(`${account}@log`), endpoints: `${p2p} ${http}` };
  });
  const oracles = cast.oracles.map((account) => {
    return { account, key: publicKey(account), reportKey: publicKey(`${account}@report`), ...PERSON };
  });
  return {
    creator: 'eosio',
    dac: { account: NAMES.dac, key: dacKey, ...DAC },
    producer: { account: NAMES.pool, ...PROFILE, ...PERSON },
    terms: path.relative(dir, path.join(ROOT, 'docs/constitution.md')),
    founders: founders(cast.members).map((account) => ({ account, signingKey: publicKey(`${account}@signing`) })),
    figures: figures(config),
    strategy: config.DEVNET_STRATEGY,
    mode: config.DEVNET_MODE,
    roles: { emitters, oracles, arbitrators: [] },
  };
}
