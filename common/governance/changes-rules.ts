import { keyId } from '../keys.ts';
import type { Changes } from './changes.ts';
import type { Details, Facts } from './facts.ts';
import { FIGURES, type Figure } from './pool.ts';
import type { Proposal } from './proposals.ts';
import { figureText, secondsText, shortHash, timeText } from './words.ts';

/** The pool's rules, roles and code; null for other kinds. Source: contracts/pool/figures.ts, roles.ts, registration.ts, pause.ts. */
export function changeOfRules(proposal: Proposal, facts: Facts, details: Details): Changes | null {
  const { kind, subject, target, value, detail, digest } = proposal;
  const { config, strategy, claims } = facts;
  switch (kind) {
    case 'terms':
      return {
        title: `makes the text with sha256 ${shortHash(digest)}… the constitution`,
        changes: [
          { what: 'constitution, version', from: `${config.termsVersion}`, to: `${config.termsVersion + 1}` },
          { what: 'constitution, sha256', from: config.terms, to: digest },
        ],
        notes: [
          `All members have ${secondsText(config.figures.grace)} to agree; who does not can be suspended.`,
          ...same(digest === config.terms),
        ],
      };
    case 'config':
      return figure(subject, value, facts);
    case 'url':
      return {
        title: "sets the producer's page and location",
        changes: [
          { what: "producer's url", from: config.url || 'none', to: detail || 'none' },
          { what: "producer's location", from: `${config.location}`, to: `${value}` },
        ],
        notes: same(config.url === detail && BigInt(config.location) === value),
      };
    case 'register':
      return {
        title: value === 1n ? 'registers the producer' : 'unregisters the producer',
        changes: [
          { what: `producer ${config.producer}`, from: registered(config.registered), to: registered(value === 1n) },
        ],
        notes: same(config.registered === (value === 1n)),
      };
    case 'strategy':
      return {
        title: `chooses blocks by ${detail}, mode ${subject}`,
        changes: [
          { what: 'strategy', from: strategy.strategy, to: detail },
          { what: 'mode', from: strategy.mode, to: subject },
        ],
        notes: [
          'It holds from the window after the execution on.',
          ...same(strategy.strategy === detail && strategy.mode === subject),
        ],
      };
    case 'claim': {
      const has = claims.some(({ code, name }) => code === subject && name === target);
      const word = (on: boolean) => (on ? 'used' : 'not used');
      return {
        title: `${value === 1n ? 'adds' : 'takes away'} the claim ${subject}::${target}`,
        changes: [{ what: `claim ${subject}::${target}`, from: word(has), to: word(value === 1n) }],
        notes: refusedIf(has === (value === 1n), `The claim is ${word(has)} already`),
      };
    }
    case 'role':
      return role(proposal, facts);
    case 'msig':
      return msig(proposal, details);
    case 'unpause':
      return {
        title: 'ends the pause',
        changes: [{ what: 'pool', from: paused(facts), to: 'running' }],
        notes: refusedIf(config.pausedUntil <= facts.now, 'There is no pause'),
      };
    case 'dissolve':
      return {
        title: 'dissolves the pool',
        changes: [{ what: 'phase', from: config.phase, to: 'dissolving' }],
        notes: ['The producer is unregistered after the notice, then everything is split over the members.'],
      };
    default:
      return null;
  }
}

function figure(name: string, value: bigint, { config, symbol }: Facts): Changes {
  const known = FIGURES.find((one) => one === name) as Figure | undefined;
  if (!known)
    return {
      title: `sets the figure ${name} to ${value}`,
      changes: [],
      notes: ['This version does not know the figure.'],
    };
  const [from, to] = [config.figures[known], value].map((one) => figureText(known, one, symbol));
  return {
    title: `sets the figure ${name} to ${to}`,
    changes: [{ what: `figure ${name}`, from: from ?? null, to: to ?? null }],
    notes: same(config.figures[known] === value),
  };
}

function role({ target, subject, value, key, detail }: Proposal, { roles }: Facts): Changes {
  const holder = roles.find((one) => one.role === target && one.account === subject && one.active);
  const what = `${target} ${subject}`;
  if (value !== 1n) {
    return {
      title: `dismisses ${what}`,
      changes: [{ what, from: holder ? 'in office' : 'not in office', to: 'dismissed' }],
      notes: refusedIf(!holder, `${subject} does not hold this role`),
    };
  }
  if (target !== 'emitter') {
    return {
      title: `names ${what}`,
      changes: [{ what, from: holder ? 'in office' : 'not in office', to: 'in office' }],
      notes: refusedIf(holder !== undefined, `${subject} holds this role already`),
    };
  }
  return {
    title: holder ? `gives ${what} another key or endpoints` : `names ${what}`,
    changes: [
      { what: `${what}, key of its log`, from: holder?.key ?? 'none', to: key },
      { what: `${what}, endpoints`, from: holder ? holder.endpoints || 'none' : 'none', to: detail || 'none' },
    ],
    notes: same(holder !== undefined && keyId(holder.key) === keyId(key) && holder.endpoints === detail),
  };
}

function msig({ subject, target, digest }: Proposal, { msig: found }: Details): Changes {
  const notes = found
    ? refusedIf(found.hash !== digest, `What lies there now has the sha256 ${found.hash}, the proposal names another`)
    : [`${subject} has no proposal ${target} in eosio.msig now: the contract would refuse it.`];
  const does = (found?.hash === digest ? found.actions : []).map(({ account, name, code }) => {
    if (code) return { what: `code of ${code.account}`, from: 'the present one', to: `sha256 ${code.hash}` };
    return { what: 'action', from: null, to: `${account}::${name}` };
  });
  return {
    title: `approves the eosio.msig proposal ${target} of ${subject} as the pool's owner`,
    changes: [{ what: 'approval, of the transaction with sha256', from: null, to: digest }, ...does],
    notes,
  };
}

function registered(on: boolean): string {
  return on ? 'registered' : 'unregistered';
}

function paused({ config, now }: Facts): string {
  return config.pausedUntil > now ? `paused until ${timeText(config.pausedUntil)}` : 'running';
}

function same(isSame: boolean): string[] {
  return isSame ? ['It is so already: nothing would change.'] : [];
}

function refusedIf(isRefused: boolean, why: string): string[] {
  return isRefused ? [`${why}: the contract would refuse it.`] : [];
}
