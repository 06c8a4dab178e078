import { action } from '../../../common/chain.ts';
import { byAnybody, byOneself, member } from '../acts.ts';
import { ballot, executing, motion, note, noted, VOTE_SECONDS, voteOn } from '../ballots.ts';
import type { Measured, Stage } from '../stage.ts';

/** The life of a proposal, shown by one that changes a figure. */

/** The admission that was proposed before. */
export const cancel: Measured = {
  name: 'cancel',
  prepare: (pool, sample) => note(pool, label(sample)),
  act: (pool, sample) => {
    const proposer = member(pool, sample);
    return action(pool.dac, 'cancel', { proposer, id: noted(pool, label(sample)).id }, proposer);
  },
};

export const propconfig: Measured = {
  name: 'propconfig',
  act: (pool, sample) => motion(pool, 'config', { figure: 'deadline', value: 86_400 + sample }, member(pool, sample)),
  after: (pool, sample) => note(pool, label(sample)),
};

/** A first vote: it makes a row, while a changed one only writes into it. */
export const vote: Measured = {
  name: 'vote',
  act: (pool, sample) => ballot(pool, noted(pool, label(sample)), member(pool, sample + 1)),
};

export const changedVote: Measured = {
  name: 'vote, changed',
  of: 'vote',
  act: (pool, sample) => ballot(pool, noted(pool, label(sample)), member(pool, sample + 1), false),
};

/** By turns it names a proxy and takes it back. */
export const setproxy: Measured = {
  name: 'setproxy',
  act: (pool, sample) => {
    const proxy = sample % 2 === 0 ? member(pool, 1) : '';
    return byOneself(pool, 'setproxy', member(pool, 0), { proxy });
  },
};

const tally: Measured = {
  name: 'tally',
  act: (pool, sample) => byAnybody(pool, 'tally', { id: noted(pool, label(sample)).id }),
};

const execute = executing('config', {
  act: (pool, sample) => byAnybody(pool, 'execute', { id: noted(pool, label(sample)).id }),
});

/** All members vote, so that the count has the most to do. */
export const counted: Stage = {
  enter: (pool, samples) => voteOn(pool, samples.map(label)),
  passSeconds: VOTE_SECONDS + 1,
  actions: [tally, execute],
};

function label(sample: number): string {
  return `figure ${sample}`;
}
