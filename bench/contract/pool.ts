import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Action, action } from '../../common/chain.ts';
import { readTable, type Whole } from '../../common/tables.ts';
import { signJoin } from '../../contracts/proof.ts';
import { readContract } from '../../deploy/code.ts';
import { deployDac } from '../../deploy/dac.ts';
import { type Figures, handOver, setClaims, setFigures } from '../../deploy/founding.ts';
import { castVotes, execute, type Proposal, propose, tally } from '../../deploy/govern.ts';
import { type Motion, nameOracle, register } from '../../deploy/motions.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE, TOKEN_CONTRACT } from '../../devnet/config.ts';
import type { KeyRing } from '../../devnet/keys.ts';
import { ROOT } from '../../devnet/tools.ts';
import type { BenchChain } from './chain.ts';
import type { People } from './people.ts';

/** A pool with so many members, handed over to them, registered, with three oracles. */
export interface BenchPool {
  chain: BenchChain;
  people: People;
  dac: string;
  members: string[];
  /** An action's data: the account's application, or its change, with a signing key of its own that `label` names. */
  joining(account: string): Record<string, unknown>;
  newKey(account: string, label: string): Record<string, unknown>;
  /** First window that can be reported. */
  firstWindow: number;
  /** By sample; what was read of each once it was on the chain. */
  proposals: Map<number, Proposal>;
}

/** How long votes last: they end when the clock is put forward, and not by themselves. */
export const VOTE_SECONDS = 3600;
/** What a time limit or a distance would only hold up. */
const AT_ONCE: Figures = { locktime: 0, changegap: 0, mingap: 0, dispute: 0, probation: 0 };
const TERMS = createHash('sha256').update('a constitution').digest('hex');
const JOINS_IN_EACH = 10;
/** So that more windows are over than will be reported. */
const WINDOWS_SECONDS = 1800;

export async function setUpPool(
  chain: BenchChain,
  people: People,
  keys: KeyRing,
  size: number,
  dac: string,
): Promise<BenchPool> {
  const { client } = chain;
  const { chain_id: chainId } = await client.info();
  const members = people.members.slice(0, size);
  const joining = (account: string) => ({
    ...proven(keys, chainId, dac, account, account),
    terms: TERMS,
    payee: account,
    url: `https://${account}.example`,
    location: 0,
    owners: '',
  });
  await deploy(chain, people, dac, chainId, members);
  const joins = members.map((account) => action(dac, 'join', joining(account), account));
  await chain.pushAll(joins, JOINS_IN_EACH);
  await handOver(client, dac);
  await decide(chain, dac, members, [register(true), ...people.oracles.map(nameOracle)]);
  await chain.push([transfer(people.payer, dac, 1000, 'income before')]);
  await chain.pass(WINDOWS_SECONDS);
  const [state] = await readTable<{ first_window: Whole }>(client, dac, dac, 'state');
  return {
    chain,
    people,
    dac,
    members,
    joining,
    newKey: (account, label) => proven(keys, chainId, dac, account, `${account}#${label}`),
    firstWindow: Number(state?.first_window),
    proposals: new Map(),
  };
}

/** Has all motions voted through. */
async function decide(chain: BenchChain, dac: string, voters: string[], motions: Motion[]): Promise<void> {
  const { client } = chain;
  const [by = ''] = voters;
  const proposals = await propose(client, dac, by, motions);
  for (const voter of voters) await castVotes(client, dac, voter, proposals);
  await chain.pass(VOTE_SECONDS + 1);
  const ids = proposals.map(({ id }) => id);
  await tally(client, dac, by, ids);
  await execute(client, dac, by, ids);
}

async function deploy(chain: BenchChain, people: People, dac: string, chainId: string, founders: string[]) {
  const { client } = chain;
  const usual = { ramBytes: 300_000, net: coreAmount(CORE, 500_000), cpu: coreAmount(CORE, 500_000) };
  await deployDac(client, {
    creator: 'eosio',
    dac,
    dacKey: people.key.public,
    contract: readContract(path.join(ROOT, 'contracts/target/pool')),
    dacResources: { ...usual, ramBytes: 6_000_000 },
    producerResources: usual,
    terms: {
      producer: `${dac}bp`,
      token_contract: TOKEN_CONTRACT,
      core: CORE,
      chain_id: chainId,
      terms: TERMS,
      url: 'https://pool.example',
      location: 0,
      founders,
    },
  });
  await setFigures(client, dac, { votetime: VOTE_SECONDS, ...AT_ONCE });
  await setClaims(client, dac, [{ code: people.rewards, name: 'claimrewards' }]);
}

/** A signing key with the proof that it is held. */
function proven(keys: KeyRing, chainId: string, dac: string, account: string, label: string) {
  const pair = keys.pair(`${dac}:${label}`);
  const key = pair.public;
  return { account, key, proof: signJoin({ chainId, dac, account, key, terms: TERMS }, pair.private) };
}

export function transfer(from: string, to: string, units: number, memo: string): Action {
  const quantity = coreAmount(CORE, units);
  return action(TOKEN_CONTRACT, 'transfer', { from, to, quantity, memo }, from);
}
