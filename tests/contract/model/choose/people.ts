import { CHAIN_ID, freshKey, KEYS, NO_HASH, proofOf, R1_KEY, TERMS } from '../drive/crew.ts';
import { CORE, PEOPLE, POOL, PRODUCER } from '../drive/world.ts';
import { FIGURES } from '../rules/figures.ts';
import { isMember } from '../rules/standing.ts';
import type { Member } from '../rules/state.ts';
import type { Chance } from './chance.ts';

export type Choice = Record<string, unknown>;
/** How often it is taken, and with which arguments. */
export type Choices = Record<string, [weight: number, args: (c: Chance) => Choice]>;

function termsOf(c: Chance): string {
  return c.is(0.93) ? (c.pool.config?.terms ?? NO_HASH) : c.of(TERMS);
}

/** A key that is free, or somebody's, or no K1 key; its holder's proof, or another one. */
function keyAndProof(c: Chance, account: string): Choice {
  const own = [...c.pool.keys.values()].filter((row) => row.account === account).map((row) => row.key);
  const key = c.is(0.04) ? R1_KEY : c.is(0.75) ? freshKey(c.pool) : c.likely(own, KEYS, 0.7);
  const signed = c.is(0.95) ? account : c.anybody();
  return { key, proof: proofOf(key, signed === 'nobody' ? 'alice' : signed, c.pool.config?.terms ?? NO_HASH) };
}

export function figureValue(c: Chance, figure: string): bigint {
  if (c.is(0.05)) return c.of([2n ** 63n, 10n ** 12n, 2n ** 64n - 1n]);
  const money: Record<string, bigint[]> = {
    bond: [0n, 50n, 100n],
    casefee: [0n, 7n, 30n],
    monthlimit: [0n, 500n, 10n ** 6n],
    open: [0n, 1n, 1n],
    eligible: [0n, 1n, 80n, 100n],
    infra: [0n, 333n, 1000n],
    mingap: [0n, 1n, 2n, 4n],
  };
  return c.of(money[figure] ?? [0n, 1n, 10n, 60n, 90n, 300n]);
}

const inService = (row: Member) => row.status === 'active' || row.status === 'notice';

export const PEOPLE_CHOICES: Choices = {
  init: [
    0.1,
    (c) => ({
      ...{
        producer: c.is(0.9) ? PRODUCER : c.of([POOL, 'nobody']),
        token_contract: c.is(0.95) ? 'eosio.token' : 'nobody',
      },
      ...{ core: c.is(0.95) ? CORE : '8,EOS', chain_id: CHAIN_ID, terms: TERMS[0], url: c.text(), location: 1 },
      founders: PEOPLE.slice(0, 1 + c.below(3)),
    }),
  ],
  founders: [
    0.15,
    (c) => {
      const waiting = [...c.pool.founders];
      const extra = c.is(0.3) ? [c.anybody()] : c.is(0.1) ? ['alice', 'alice'] : [];
      return { accounts: [...waiting.slice(c.below(2)), ...extra] };
    },
  ],
  setfigure: [
    0.3,
    (c) => {
      const figure = c.is(0.97) ? c.of(FIGURES) : 'nothing';
      return { figure, value: figureValue(c, figure) };
    },
  ],
  setclaim: [0.2, claimAction],
  handover: [0.5, () => ({})],
  join: [
    5,
    (c) => {
      const gone = [...c.pool.members.values()].filter((row) => row.status === 'left').map((row) => row.account);
      const others = PEOPLE.filter((name) => !c.pool.members.has(name));
      const account = c.is(0.04) ? c.anybody() : c.likely(c.is(0.4) ? gone : [...c.pool.founders, ...others], PEOPLE);
      const payee = c.is(0.95) ? account : c.anybody();
      const rest = { url: c.text(), location: c.below(1000), owners: c.text() };
      return { account, payee, terms: termsOf(c), ...keyAndProof(c, account), ...rest };
    },
  ],
  agree: [
    2,
    (c) => {
      const version = c.pool.config?.terms_version;
      return { account: c.whose(c.pool.members, (row) => row.terms !== version), terms: termsOf(c) };
    },
  ],
  setkey: [
    2,
    (c) => {
      const account = c.whose(c.pool.members, (row) => row.keyless || c.is(0.5));
      return { account, ...keyAndProof(c, account) };
    },
  ],
  dropkey: [1, (c) => ({ account: c.whose(c.pool.members, isMember) })],
  setpayee: [1, (c) => ({ account: c.whose(c.pool.members), payee: c.anybody() })],
  setinfo: [0.6, (c) => ({ account: c.whose(c.pool.members), url: c.text(), location: 7, owners: c.text() })],
  leave: [1, (c) => ({ account: c.whose(c.pool.members) })],
  depart: [3, (c) => ({ account: c.whose(c.pool.members, (row) => row.status === 'notice') })],
  challenge: [1.5, (c) => ({ challenger: c.voter(), account: c.whose(c.pool.members, inService) })],
  respond: [1, (c) => ({ account: c.whose(c.pool.members, (row) => row.respond_by > 0) })],
  oust: [2, (c) => ({ account: c.whose(c.pool.members, (row) => row.respond_by > 0) })],
  lapse: [
    2,
    (c) => {
      const version = c.pool.config?.terms_version;
      return { account: c.whose(c.pool.members, (row) => inService(row) && row.terms !== version) };
    },
  ],
  resume: [2, (c) => ({ account: c.whose(c.pool.members, (row) => row.status === 'suspended') })],
  forget: [
    2,
    (c) => ({ account: c.whose(c.pool.members, (row) => row.status === 'left' && !c.pool.seats.has(row.account)) }),
  ],
  refresh: [0.4, () => ({})],
  open: [2, (c) => ({ account: c.anybody() })],
  withdraw: [
    1.5,
    (c) => {
      const account = c.whose(c.pool.deposits, (free) => free > 0n);
      const free = c.pool.deposits.get(account) ?? 0n;
      return { account, quantity: free > 0n && c.is(0.4) ? { units: free, symbol: CORE } : c.money(400n) };
    },
  ],
  release: [2, (c) => ({ account: c.whose(c.pool.members, (row) => row.bond > 0n) })],
  stop: [
    2,
    (c) => {
      const role = c.is(0.95) ? c.of(['emitter', 'oracle', 'arbitrator']) : 'judge';
      const rows: Record<string, Map<string, unknown>> = {
        emitter: c.pool.emitters,
        oracle: c.pool.oracles,
        arbitrator: c.pool.arbitrators,
      };
      return { member: c.voter(), role, account: c.whose(rows[role] ?? new Map()) };
    },
  ],
  pause: [0.8, (c) => ({ member: c.voter() })],
};

export function claimAction(c: Chance): Choice {
  const known = [...c.pool.claims.values()].map(({ code, name }) => ({ code, name, on: c.is(0.15) }));
  const others = [
    { code: 'eosio', name: 'claimrewards', on: c.is(0.9) },
    { code: 'faketoken', name: c.of(['pay', 'pay1', 'pay2', 'pay3', 'pay4']), on: true },
    { code: 'nobody', name: 'pay', on: true },
  ];
  return { ...c.likely(known, others, 0.35) };
}
