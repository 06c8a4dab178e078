import { type Action, action } from '../../common/chain.ts';
import { PoolError } from '../../common/errors.ts';
import { readProposals } from '../../deploy/govern.ts';
import { coreAmount } from '../../devnet/boot.ts';
import { CORE } from '../../devnet/config.ts';
import { type BenchPool, transfer, VOTE_SECONDS } from './pool.ts';
import { sampleReport } from './window.ts';

/** An action that is measured; `sample` counts from 0 and is the same for all actions of one round. */
export interface Measured {
  name: string;
  /** What has to be there first; it is not measured. */
  prepare?(pool: BenchPool, sample: number): Promise<void>;
  act(pool: BenchPool, sample: number): Action | Promise<Action>;
}

/**
 * Actions that are measured round by round, in their order. The memory that an action took beyond its first page is cleared,
 * and billed, at the start of the contract's next one: so after those that take much stands one that is limited by nothing.
 */
export interface Stage {
  /** Before the first round; `samples` are those of the rounds that follow. */
  enter?(pool: BenchPool, samples: number[]): Promise<void>;
  /** By how much the chain's clock is put forward once all pools have entered. */
  passSeconds?: number;
  actions: Measured[];
}

const VOTES_IN_EACH = 40;
const TEXT = 'a longer deadline gives oracles the time to come back after an outage';

const join: Measured = {
  name: 'join',
  act: (pool, sample) => {
    const account = applicant(pool, sample);
    return action(pool.dac, 'join', pool.joining(account), account);
  },
};

/** Checks the proof that the application was filed with. */
const propadmit: Measured = {
  name: 'propadmit',
  act: (pool, sample) => {
    const [proposer, account] = [member(pool, sample), applicant(pool, sample)];
    return action(pool.dac, 'propadmit', { proposer, account, text: TEXT }, proposer);
  },
};

const cancel: Measured = {
  name: 'cancel',
  prepare: async (pool, sample) => {
    pool.proposals.set(sample, await newestProposal(pool, sample));
  },
  act: (pool, sample) => {
    const proposer = member(pool, sample);
    return action(pool.dac, 'cancel', { proposer, id: proposal(pool, sample).id }, proposer);
  },
};

const setpayee: Measured = {
  name: 'setpayee',
  act: (pool, sample) => byOneself(pool, 'setpayee', member(pool, sample), { payee: member(pool, sample) }),
};

const setinfo: Measured = {
  name: 'setinfo',
  act: (pool, sample) => {
    const said = { url: `https://${sample}.example`, location: 0, owners: '' };
    return byOneself(pool, 'setinfo', member(pool, sample), said);
  },
};

const dropkey: Measured = {
  name: 'dropkey',
  act: (pool, sample) => byOneself(pool, 'dropkey', member(pool, sample)),
};

const refresh: Measured = { name: 'refresh', act: (pool) => byAnybody(pool, 'refresh', {}) };

const leave: Measured = {
  name: 'leave',
  act: (pool, sample) => byOneself(pool, 'leave', applicant(pool, sample)),
};

const setkey: Measured = {
  name: 'setkey',
  act: (pool, sample) => {
    const account = member(pool, sample);
    return action(pool.dac, 'setkey', pool.newKey(account, `${sample}`), account);
  },
};

const open: Measured = {
  name: 'open',
  act: (pool, sample) => byOneself(pool, 'open', applicant(pool, sample)),
};

const deposit: Measured = {
  name: 'deposit',
  act: (pool, sample) => transfer(applicant(pool, sample), pool.dac, 2, 'deposit'),
};

const withdraw: Measured = {
  name: 'withdraw',
  act: (pool, sample) => byOneself(pool, 'withdraw', applicant(pool, sample), { quantity: coreAmount(CORE, 2) }),
};

const propose: Measured = {
  name: 'propose',
  act: (pool, sample) => {
    const proposer = member(pool, sample);
    const data = { proposer, figure: 'deadline', value: 86_400 + sample, text: TEXT };
    return action(pool.dac, 'propconfig', data, proposer);
  },
};

/** A first vote: it makes a row, while a changed one only writes into it. */
const vote: Measured = {
  name: 'vote',
  prepare: async (pool, sample) => {
    pool.proposals.set(sample, await newestProposal(pool, sample));
  },
  act: (pool, sample) => ballot(pool, sample, member(pool, sample + 1)),
};

/** By turns it names a proxy and takes it back. */
const setproxy: Measured = {
  name: 'setproxy',
  act: (pool, sample) => {
    const proxy = sample % 2 === 0 ? member(pool, 1) : '';
    return byOneself(pool, 'setproxy', member(pool, 0), { proxy });
  },
};

const report: Measured = {
  name: 'report',
  act: (pool, sample) => reportBy(pool, sample, 0),
};

/** The second of three equal reports completes the quorum. */
const settle: Measured = {
  name: 'settle',
  act: (pool, sample) => reportBy(pool, sample, 1),
};

const sweep: Measured = {
  name: 'sweep',
  prepare: async (pool, sample) => {
    await pool.chain.push([transfer(pool.people.payer, pool.dac, 1, `income ${sample}`)]);
  },
  act: (pool) => byAnybody(pool, 'sweep', { token: 0 }),
};

const harvest: Measured = { name: 'harvest', act: (pool) => byAnybody(pool, 'harvest', { id: 1 }) };

const cut: Measured = { name: 'cut', act: (pool) => byAnybody(pool, 'cut', {}) };

const close: Measured = { name: 'close', act: (pool) => byAnybody(pool, 'close', {}) };

const claim: Measured = {
  name: 'claim',
  act: (pool, sample) => byOneself(pool, 'claim', member(pool, sample), { token: 0 }),
};

const tally: Measured = {
  name: 'tally',
  act: (pool, sample) => byAnybody(pool, 'tally', { id: proposal(pool, sample).id }),
};

const execute: Measured = {
  name: 'execute',
  act: (pool, sample) => byAnybody(pool, 'execute', { id: proposal(pool, sample).id }),
};

export const STAGES: Stage[] = [
  {
    actions: [
      join,
      propadmit,
      cancel,
      dropkey,
      setkey,
      refresh,
      setpayee,
      setinfo,
      open,
      deposit,
      withdraw,
      leave,
      propose,
      vote,
      report,
      settle,
      sweep,
      harvest,
      cut,
      close,
      setproxy,
      claim,
    ],
  },
  {
    enter: async (pool, samples) => {
      const votes = samples.flatMap((sample) => pool.members.map((voter) => ballot(pool, sample, voter)));
      await pool.chain.pushAll(votes, VOTES_IN_EACH);
    },
    passSeconds: VOTE_SECONDS + 1,
    actions: [tally, execute],
  },
];

function member(pool: BenchPool, sample: number): string {
  return pool.members[sample % pool.members.length] as string;
}

function applicant(pool: BenchPool, sample: number): string {
  return pool.people.applicants[sample] as string;
}

async function newestProposal(pool: BenchPool, sample: number) {
  const [newest] = (await readProposals(pool.chain.client, pool.dac)).slice(-1);
  if (!newest) throw new PoolError('bench', `sample ${sample} has no proposal`);
  return newest;
}

function proposal(pool: BenchPool, sample: number) {
  const known = pool.proposals.get(sample);
  if (!known) throw new PoolError('bench', `sample ${sample} has no proposal`);
  return known;
}

function ballot(pool: BenchPool, sample: number, voter: string): Action {
  const { id, hash } = proposal(pool, sample);
  return action(pool.dac, 'vote', { voter, id, hash, yes: true }, voter);
}

function reportBy(pool: BenchPool, sample: number, oracle: number): Action {
  const account = pool.people.oracles[oracle] as string;
  return action(pool.dac, 'report', sampleReport(account, pool.firstWindow + 1 + sample, pool.members), account);
}

function byOneself(pool: BenchPool, name: string, account: string, data: Record<string, unknown> = {}): Action {
  return action(pool.dac, name, { account, ...data }, account);
}

/** What anybody may ask for is asked for by the account that sends the transfers. */
function byAnybody(pool: BenchPool, name: string, data: Record<string, unknown>): Action {
  return action(pool.dac, name, data, pool.people.payer);
}
