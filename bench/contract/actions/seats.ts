import { type Action, action } from '../../../common/chain.ts';
import { byAnybody, byOneself, digest, lastMember, member } from '../acts.ts';
import { decided, executeAlso, executing, proposeAlso, proposing } from '../ballots.ts';
import { ruledCase } from '../cases.ts';
import { type BenchPool, decide, joinAll, transfer } from '../pool.ts';
import type { Block, Measured } from '../stage.ts';
import { enforcing } from './arbitration.ts';

/** How members come and go. The pool is full all the time: the last seat passes from guest to guest, four in each sample. */

export const GUESTS_EACH = 4;

/** In whole core tokens. */
const BOND = 1;
/** Notice, challenge and suspension last a minute (`FIGURES`). */
const A_MINUTE = 61;
const APPEAL_SECONDS = 601;
/** After that a leaver's windows can be decided no more, and `prune` frees its seat. */
const HOLD_SECONDS = 100_000;
const SUSPENSION = 60;

const account = (pool: BenchPool) => ({ account: lastMember(pool) });

const propterms: Measured = {
  ...proposing('terms', (_, sample) => ({ terms: newTerms(sample) })),
  prepare: async (pool, sample) => {
    for (const [i, guest] of guests(pool, sample).entries()) {
      await proposeAlso(pool, 'admit', { account: guest }, admission(i));
    }
  },
};

const resume: Measured = { name: 'resume', act: (pool) => byAnybody(pool, 'resume', account(pool)) };

/** One member in notice, who has a bond. */
const leaveMember: Measured = {
  name: 'leave, of a member',
  of: 'leave',
  act: (pool) => byOneself(pool, 'leave', lastMember(pool)),
};

const depart: Measured = { name: 'depart', act: (pool) => byAnybody(pool, 'depart', account(pool)) };

const release: Measured = { name: 'release', act: (pool) => byAnybody(pool, 'release', account(pool)) };

const forget: Measured = {
  name: 'forget',
  prepare: freeSeat,
  act: (pool) => byAnybody(pool, 'forget', account(pool)),
};

const challenge: Measured = {
  name: 'challenge',
  prepare: (pool, sample) => admitGuest(pool, sample, 1),
  act: (pool) => challenging(pool, lastMember(pool)),
};

const respond: Measured = {
  name: 'respond',
  prepare: async (pool) => {
    await pool.chain.push([challenging(pool, member(pool, 1))]);
  },
  act: (pool) => byOneself(pool, 'respond', member(pool, 1)),
};

const oust: Measured = { name: 'oust', act: (pool) => byAnybody(pool, 'oust', account(pool)) };

const lapse: Measured = { name: 'lapse', act: (pool) => byAnybody(pool, 'lapse', { account: member(pool, 1) }) };

function agree(name: string, by: (pool: BenchPool) => string): Measured {
  return { name, of: 'agree', act: (pool) => byOneself(pool, 'agree', by(pool), { terms: pool.terms }) };
}

const EXPEL = { act: 'expel', compensation: BOND / 2, penalty: BOND / 2, value: 0 };

export const seats: Block = {
  title: 'members that come and go',
  samples: 13,
  parts: 13,
  enter: (pool) => decide(pool, [{ kind: 'config', data: { figure: 'bond', value: BOND * 10_000 } }]),
  stages: [
    {
      enter: (pool, [sample = 0]) => apply(pool, guests(pool, sample)),
      actions: [
        proposing('expel', account),
        proposing('suspend', (pool) => ({ ...account(pool), seconds: SUSPENSION })),
        propterms,
      ],
    },
    ...decided(
      ['expel', 'suspend', 'terms', ...Array.from({ length: GUESTS_EACH }, (_, i) => admission(i))],
      [executing('suspend')],
    ),
    { passSeconds: A_MINUTE, actions: [resume, executing('expel')] },
    {
      passSeconds: HOLD_SECONDS,
      actions: [
        executing('admit', { prepare: freeSeat, after: (pool, sample) => seated(pool, sample, 0) }),
        leaveMember,
      ],
    },
    { passSeconds: A_MINUTE, actions: [depart] },
    { passSeconds: HOLD_SECONDS, actions: [release, forget, challenge, respond] },
    { passSeconds: A_MINUTE, actions: [oust] },
    { passSeconds: HOLD_SECONDS, actions: [] },
    {
      enter: async (pool, [sample = 0]) => {
        await freeSeat(pool);
        await admitGuest(pool, sample, 2);
        await ruledCase(pool, 'expel', 0, EXPEL);
      },
      passSeconds: APPEAL_SECONDS,
      actions: [enforcing('expel')],
    },
    {
      passSeconds: HOLD_SECONDS,
      actions: [
        executing('terms', {
          prepare: async (pool, sample) => {
            await freeSeat(pool);
            await admitGuest(pool, sample, 3);
          },
          after: async (pool, sample) => {
            pool.terms = newTerms(sample);
          },
        }),
        lapse,
        agree('agree, of a suspended member', (pool) => member(pool, 1)),
        agree('agree', lastMember),
      ],
    },
  ],
};

function guests(pool: BenchPool, sample: number): string[] {
  return pool.people.guests.slice(sample * GUESTS_EACH, (sample + 1) * GUESTS_EACH);
}

/** The first admission is the one that is measured. */
function admission(guest: number): string {
  return guest === 0 ? 'admit' : `admit ${guest}`;
}

function newTerms(sample: number): string {
  return digest(`constitution ${sample}`);
}

async function apply(pool: BenchPool, accounts: string[]): Promise<void> {
  const bonds = accounts.flatMap((one) => [byOneself(pool, 'open', one), transfer(one, pool.dac, BOND, 'deposit')]);
  await pool.chain.push(bonds);
  await joinAll(pool, accounts);
}

async function freeSeat(pool: BenchPool): Promise<void> {
  await pool.chain.push([byAnybody(pool, 'prune', { max: 500 })]);
}

async function admitGuest(pool: BenchPool, sample: number, guest: number): Promise<void> {
  await executeAlso(pool, admission(guest));
  await seated(pool, sample, guest);
}

async function seated(pool: BenchPool, sample: number, guest: number): Promise<void> {
  pool.members[pool.members.length - 1] = guests(pool, sample)[guest] as string;
}

function challenging(pool: BenchPool, challenged: string): Action {
  const challenger = member(pool, 0);
  return action(pool.dac, 'challenge', { challenger, account: challenged }, challenger);
}
