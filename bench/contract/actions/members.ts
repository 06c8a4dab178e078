import { action } from '../../../common/chain.ts';
import { applicant, byAnybody, byOneself, member } from '../acts.ts';
import { motion } from '../ballots.ts';
import { joining, newKey } from '../pool.ts';
import type { Measured } from '../stage.ts';

/** What applicants do, and members about themselves. */

export const join: Measured = {
  name: 'join',
  act: (pool, sample) => {
    const account = applicant(pool, sample);
    return action(pool.dac, 'join', joining(pool, account), account);
  },
};

/** Checks the proof that the application was filed with. */
export const propadmit: Measured = {
  name: 'propadmit',
  act: (pool, sample) => motion(pool, 'admit', { account: applicant(pool, sample) }, member(pool, sample)),
};

export const setpayee: Measured = {
  name: 'setpayee',
  act: (pool, sample) => byOneself(pool, 'setpayee', member(pool, sample), { payee: member(pool, sample) }),
};

export const setinfo: Measured = {
  name: 'setinfo',
  act: (pool, sample) => {
    const said = { url: `https://${sample}.example`, location: 0, owners: '' };
    return byOneself(pool, 'setinfo', member(pool, sample), said);
  },
};

export const dropkey: Measured = {
  name: 'dropkey',
  act: (pool, sample) => byOneself(pool, 'dropkey', member(pool, sample)),
};

export const setkey: Measured = {
  name: 'setkey',
  act: (pool, sample) => {
    const account = member(pool, sample);
    return action(pool.dac, 'setkey', newKey(pool, account, `${sample}`), account);
  },
};

export const refresh: Measured = { name: 'refresh', act: (pool) => byAnybody(pool, 'refresh') };

/** An applicant's: it is gone at once. */
export const leave: Measured = {
  name: 'leave',
  act: (pool, sample) => byOneself(pool, 'leave', applicant(pool, sample)),
};
