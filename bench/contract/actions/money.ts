import { coreAmount } from '../../../devnet/boot.ts';
import { CORE } from '../../../devnet/config.ts';
import { applicant, byAnybody, byOneself, member } from '../acts.ts';
import { transfer } from '../pool.ts';
import type { Measured } from '../stage.ts';

/** Deposits, income and pay. */

export const open: Measured = {
  name: 'open',
  act: (pool, sample) => byOneself(pool, 'open', applicant(pool, sample)),
};

/** A transfer of which the contract is told. */
export const deposit: Measured = {
  name: 'deposit',
  of: 'transfer',
  act: (pool, sample) => transfer(applicant(pool, sample), pool.dac, 2, 'deposit'),
};

export const withdraw: Measured = {
  name: 'withdraw',
  act: (pool, sample) => byOneself(pool, 'withdraw', applicant(pool, sample), { quantity: coreAmount(CORE, 2) }),
};

export const sweep: Measured = {
  name: 'sweep',
  prepare: async (pool, sample) => {
    await pool.chain.push([transfer(pool.people.payer, pool.dac, 1, `income ${sample}`)]);
  },
  act: (pool) => byAnybody(pool, 'sweep', { token: 0 }),
};

export const collect: Measured = {
  name: 'collect',
  prepare: async (pool, sample) => {
    await pool.chain.push([transfer(pool.people.payer, pool.producer, 1, `income ${sample}`)]);
  },
  act: (pool) => byAnybody(pool, 'collect', { token: 0 }),
};

export const harvest: Measured = { name: 'harvest', act: (pool) => byAnybody(pool, 'harvest', { id: 1 }) };

export const cut: Measured = { name: 'cut', act: (pool) => byAnybody(pool, 'cut') };

export const close: Measured = { name: 'close', act: (pool) => byAnybody(pool, 'close') };

export const claim: Measured = {
  name: 'claim',
  act: (pool, sample) => byOneself(pool, 'claim', member(pool, sample), { token: 0 }),
};
