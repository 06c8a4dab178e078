import { action } from '../../common/chain.ts';
import { FIGURE_DEFAULTS, FIGURES, type Figure } from '../founding.ts';
import { grouped, listed, shortHash } from '../words.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';

/** `status` of who is a member or was one. */
const APPLIED = 0;
const LEFT = 4;

/** From the contract's first action to the hand-over, in the name of the contract's account; nothing after that. */
export function foundingSteps(given: Given): Step[] {
  if (isLive(given.state)) return [];
  const steps = [...initial(given), ...figures(given), ...claims(given), ...named(given), ...joins(given)];
  return [...steps, ...handover(given, steps)];
}

function initial({ deployment, network, state, code }: Given): Step[] {
  const { dac, producer, termsHash } = deployment;
  if (state.pool !== null) return [];
  const data = {
    producer: producer.account,
    token_contract: network.token.contract,
    core: network.token.symbol,
    chain_id: network.chainId,
    terms: termsHash,
    url: producer.url,
    location: producer.location,
    founders: deployment.founders.map(({ account }) => account),
  };
  const needs = [`code:${dac.account}`, `account:${producer.account}`];
  return [
    {
      id: 'init',
      about: `constitution and profile of ${dac.account}`,
      is: state.accounts.get(dac.account)?.codeHash === code.hash ? 'the pool is not set up' : 'there is no pool',
      shall: `terms ${shortHash(termsHash)}, producer ${producer.account}, founders ${listed(data.founders)}`,
      actions: [action(dac.account, 'init', data, dac.account)],
      cost: FREE,
      needs,
    },
  ];
}

/** What a figure is now, and what it shall be, for those that differ: one that the file leaves out stays as it is. */
export function figureChanges({ deployment, state }: Given): { figure: Figure; is: number; shall: number }[] {
  const now = state.pool?.config.figures ?? FIGURE_DEFAULTS;
  return FIGURES.flatMap((figure) => {
    const shall = deployment.figures[figure];
    return shall === undefined || shall === now[figure] ? [] : [{ figure, is: now[figure], shall }];
  });
}

function figures(given: Given): Step[] {
  const { account } = given.deployment.dac;
  const changes = figureChanges(given);
  if (changes.length === 0) return [];
  // An open pool needs its bond first.
  changes.sort((a, b) => Number(a.figure === 'open') - Number(b.figure === 'open'));
  return [
    {
      id: 'figures',
      about: 'figures',
      is: changes.map(({ figure, is }) => `${figure} ${grouped(is)}`).join(', '),
      shall: changes.map(({ figure, shall }) => `${figure} ${grouped(shall)}`).join(', '),
      actions: changes.map(({ figure, shall }) => action(account, 'setfigure', { figure, value: shall }, account)),
      cost: FREE,
      needs: ['init'],
    },
  ];
}

/** Claims of the profile that the pool lacks, and those that it has besides. */
export function claimChanges({ network, state }: Given): { code: string; name: string; on: boolean }[] {
  const held = state.pool?.claims ?? [];
  const same = (a: { code: string; name: string }) => (b: typeof a) => a.code === b.code && a.name === b.name;
  const more = held.filter((claim) => !network.claims.some(same(claim)));
  const lacking = network.claims.filter((claim) => !held.some(same(claim)));
  return [...more.map((claim) => ({ ...claim, on: false })), ...lacking.map((claim) => ({ ...claim, on: true }))];
}

function claims(given: Given): Step[] {
  const { account } = given.deployment.dac;
  const changes = claimChanges(given);
  if (changes.length === 0) return [];
  const held = given.state.pool?.claims ?? [];
  return [
    {
      id: 'claims',
      about: 'how the chain pays the producer',
      is: claimTexts(held),
      shall: claimTexts(given.network.claims),
      actions: changes.map((change) => action(account, 'setclaim', change, account)),
      cost: FREE,
      needs: ['init'],
    },
  ];
}

function claimTexts(all: { code: string; name: string }[]): string {
  return listed(all.map(({ code, name }) => `${code}::${name}`)) || 'by nothing';
}

/** Founders of the file that are no members yet. */
function missing({ deployment, state }: Given): Given['deployment']['founders'] {
  const members = (state.pool?.members ?? []).filter(({ status }) => status > APPLIED && status < LEFT);
  return deployment.founders.filter(({ account }) => !members.some((member) => member.account === account));
}

function named(given: Given): Step[] {
  const { state, deployment } = given;
  if (state.pool === null) return [];
  const wanted = missing(given).map(({ account }) => account);
  const held = state.pool.founders;
  if (wanted.length === held.length && wanted.every((account) => held.includes(account))) return [];
  const { account } = deployment.dac;
  return [
    {
      id: 'founders',
      about: 'founders that have not joined',
      is: listed(held) || 'nobody',
      shall: listed(wanted) || 'nobody',
      actions: [action(account, 'founders', { accounts: wanted }, account)],
      cost: FREE,
      needs: ['init'],
    },
  ];
}

function joins(given: Given): Step[] {
  const { deployment, network, state, prove } = given;
  const dac = deployment.dac.account;
  return missing(given).map((founder): Step => {
    const { account, signingKey, payee = account, url, location, owners } = founder;
    const membership = { chainId: network.chainId, dac, account, terms: deployment.termsHash };
    const proof = signingKey === undefined ? null : prove({ ...membership, key: signingKey });
    const data = { account, key: signingKey, terms: deployment.termsHash, proof, payee, url, location, owners };
    const isThere = state.accounts.get(account) !== null;
    const common = {
      id: `join:${account}`,
      about: `founder ${account}`,
      is: isThere ? 'it has not joined' : 'there is no such account',
      shall: 'a member by its own signature',
      cost: FREE,
      needs: ['init', 'figures', 'founders'],
    };
    if (!isThere) return { ...common, actions: [], waits: `${account} has to make its account first` };
    if (proof !== null) return { ...common, actions: [action(dac, 'join', data, account)] };
    const line = `./pool join ${account} --dac ${dac} --api URL --terms ${deployment.terms} --url ${url || 'https://…'} --location ${location}`;
    const waits = `${account} joins on its own machine, where its signing key is`;
    return { ...common, actions: [], waits, lines: [`# ${account}, on its own machine: ${line}`] };
  });
}

/** Not before everything of the founding is done, and nothing is left in the accounts that others could use. */
function handover(given: Given, before: Step[]): Step[] {
  const { deployment } = given;
  if (!deployment.handover) return [];
  const { account } = deployment.dac;
  // The permissions of both accounts are steps before these, whatever they are named: plan.ts adds them.
  const needs = before.map(({ id }) => id);
  return [
    {
      id: 'handover',
      about: `hand-over of ${account}`,
      is: `the key ${deployment.dac.key} decides`,
      shall: 'the members decide, no key is left',
      actions: [action(account, 'handover', {}, account)],
      cost: FREE,
      needs,
    },
  ];
}

/** What cannot be changed any more once the pool is set up; one sentence each. */
export function* founded({ deployment, network, state }: Given): Generator<string> {
  if (state.pool === null) return;
  const { config, token } = state.pool;
  const dac = deployment.dac.account;
  const differs = (what: string, is: string, shall: string) =>
    `the pool of ${dac} is set up with ${what} ${is}, and ${shall} is wanted: that can not be changed, so correct the file or take another account`;
  if (config.producer !== deployment.producer.account)
    yield differs('the producer', config.producer, deployment.producer.account);
  if (config.chainId !== network.chainId) yield differs('the chain', config.chainId, network.chainId);
  if (token.contract !== network.token.contract || token.symbol !== network.token.symbol)
    yield differs(
      'the token',
      `${token.symbol} of ${token.contract}`,
      `${network.token.symbol} of ${network.token.contract}`,
    );
  if (config.phase === 0 && config.termsHash !== deployment.termsHash)
    yield `the pool of ${dac} is set up with terms ${config.termsHash}, and ${deployment.terms} has ${deployment.termsHash}: before the hand-over they can not be changed, so take the text of record`;
  if (config.phase > 1) yield `the pool of ${dac} is being dissolved: nothing is deployed there any more`;
}
