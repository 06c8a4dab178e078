import { type Action, action } from '../../../common/chain.ts';
import { applicant, byAnybody, member } from '../acts.ts';
import { decided, executeAlso, executing, noted, proposeAlso, proposing } from '../ballots.ts';
import { cancelMsig, proposeMsig } from '../msig.ts';
import type { BenchPool } from '../pool.ts';
import type { Block, Measured } from '../stage.ts';

/** What is kept to be executed, and after that to be read, is erased after so long: 7 days and an hour. */
export const KEPT_SECONDS = 7 * 86_400 + 3600;

const OWN_CLAIM = { code: 'eosio', name: 'claimrewards' };

/** Three are proposed together: on, off, and one that will expire. */
const propclaim: Measured = {
  ...proposing('claim', () => ({ ...OWN_CLAIM, on: true })),
  prepare: async (pool) => {
    await proposeAlso(pool, 'claim', { ...OWN_CLAIM, on: false }, 'no claim');
    await proposeAlso(pool, 'config', { figure: 'eligible', value: 60 }, 'late');
  },
};

const propregister: Measured = {
  ...proposing('register', () => ({ on: true })),
  prepare: (pool) => proposeAlso(pool, 'register', { on: false }, 'unregister'),
};

const proprole = proposing('role', (pool, sample) => {
  return { role: 'emitter', account: emitter(pool, sample), on: true, key: pool.people.key.public, endpoints: 'a:1' };
});

/** The name of the transaction in eosio.msig is a sample's own, for its approvals are kept by it. */
const propmsig = proposing('msig', async (pool, sample) => {
  const name = msigName(pool, sample);
  const trx_hash = await proposeMsig(pool, name);
  return { msig_proposer: pool.people.payer, proposal_name: name, trx_hash };
});

function stop(name: string, by: number): Measured {
  return {
    name,
    of: 'stop',
    act: (pool, sample) => {
      const data = { member: member(pool, by), role: 'emitter', account: emitter(pool, sample) };
      return action(pool.dac, 'stop', data, data.member);
    },
  };
}

function pause(name: string, by: number): Measured {
  const asked = (pool: BenchPool): Action => action(pool.dac, 'pause', { member: member(pool, by) }, member(pool, by));
  return { name, of: 'pause', act: asked };
}

const LABELS = ['url', 'strategy', 'claim', 'no claim', 'late', 'role', 'unregister', 'register', 'msig', 'unpause'];

/** Ends what has passed and was not executed. */
const expire: Measured = {
  name: 'expire',
  act: (pool) => byAnybody(pool, 'expire', { id: noted(pool, 'late').id }),
};

const expireErasing: Measured = {
  name: 'expire, erasing',
  of: 'expire',
  act: (pool) => byAnybody(pool, 'expire', { id: noted(pool, 'url').id }),
  after: async (pool) => {
    const others = LABELS.filter((label) => label !== 'url' && label !== 'late');
    const erased = others.map((label) => byAnybody(pool, 'expire', { id: noted(pool, label).id }));
    await pool.chain.pushAll(erased, erased.length);
  },
};

export const settings: Block = {
  title: 'settings, roles, pause',
  samples: 13,
  parts: 13,
  stages: [
    {
      actions: [
        proposing('url', (_, sample) => ({ url: `https://${sample}.example`, location: 0 })),
        proposing('strategy', () => ({ strategy: 'rotate', mode: 'propose' })),
        propclaim,
        proprole,
        propregister,
        propmsig,
        proposing('unpause', () => ({})),
      ],
    },
    ...decided(LABELS, [
      executing('url'),
      executing('strategy'),
      executing('claim', { after: (pool) => executeAlso(pool, 'no claim') }),
      executing('role'),
      stop('stop', 0),
      stop('stop, the second member', 1),
      executing('unregister'),
      executing('register'),
      executing('msig', { after: (pool, sample) => cancelMsig(pool, msigName(pool, sample)) }),
      pause('pause', 0),
      pause('pause, the second member', 1),
      executing('unpause'),
    ]),
    { passSeconds: KEPT_SECONDS, actions: [expire, expireErasing] },
  ],
};

function emitter(pool: BenchPool, sample: number): string {
  return applicant(pool, sample);
}

function msigName(pool: BenchPool, sample: number): string {
  return `${pool.dac}${'abcdefghijklmnopqrstuvwxyz'[sample % 26]}`;
}
