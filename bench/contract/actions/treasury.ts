import { action } from '../../../common/chain.ts';
import { readTable, type Whole } from '../../../common/tables.ts';
import { coreAmount } from '../../../devnet/boot.ts';
import { CORE, TOKEN_CONTRACT } from '../../../devnet/config.ts';
import { byAnybody } from '../acts.ts';
import { decided, executeAlso, executing, proposeAlso, proposing } from '../ballots.ts';
import { FOREIGN } from '../people.ts';
import { type BenchPool, transfer } from '../pool.ts';
import type { Block, Measured } from '../stage.ts';

/** A tenth of it goes to the infrastructure, out of which everything here is paid. */
const INCOME = 10_000;

const amount = coreAmount(CORE, 1);
const escrow = (pool: BenchPool) => ({ payee: pool.people.receiver, amount, days: 30 });

const proporder = proposing('order', (pool) => ({ payee: pool.people.receiver, amount, months: 2 }));

/** One is paid at once, two go into escrow: of them one will be accepted and one given back. */
const propspend: Measured = {
  ...proposing('spend', (pool) => ({ payee: pool.people.receiver, amount, days: 0 })),
  prepare: async (pool) => {
    await proposeAlso(pool, 'spend', escrow(pool), 'spend, escrow');
    await proposeAlso(pool, 'spend', escrow(pool), 'other escrow');
  },
};

/** Of a token that is not in the books. */
const propforeign: Measured = {
  ...proposing('foreign', (pool) => {
    return { contract: TOKEN_CONTRACT, amount: coreAmount(FOREIGN, 1), to: pool.people.receiver };
  }),
  prepare: async ({ chain, people: { payer }, dac }, sample) => {
    const data = { from: payer, to: dac, quantity: coreAmount(FOREIGN, 1), memo: `a gift ${sample}` };
    await chain.push([action(TOKEN_CONTRACT, 'transfer', data, payer)]);
  },
};

const payorder: Measured = {
  name: 'payorder',
  act: (pool) => byAnybody(pool, 'payorder', { id: pool.ids.get('order') }),
};

const refund: Measured = {
  name: 'refund',
  act: ({ dac, ids, people }) => action(dac, 'refund', { id: ids.get('other escrow') }, people.receiver),
};

export const treasury: Block = {
  title: 'treasury',
  samples: 13,
  parts: 13,
  enter: async ({ chain, people, dac }) => {
    await chain.push([transfer(people.payer, dac, INCOME, 'income'), action(dac, 'sweep', { token: 0 }, people.payer)]);
  },
  stages: [
    { actions: [proporder, propspend, propforeign] },
    ...decided(
      ['order', 'spend', 'spend, escrow', 'other escrow', 'foreign'],
      [
        executing('order', { after: (pool) => noteOrder(pool, 'order') }),
        executing('spend'),
        executing('spend, escrow', {
          after: async (pool) => {
            await noteOrder(pool, 'escrow');
            await executeAlso(pool, 'other escrow');
            await noteOrder(pool, 'other escrow');
          },
        }),
        executing('foreign'),
        payorder,
        refund,
        proposing('end', (pool) => ({ order: pool.ids.get('order') })),
        proposing('accept', (pool) => ({ order: pool.ids.get('escrow'), accepted: true })),
      ],
    ),
    ...decided(['end', 'accept'], [executing('end'), executing('accept')]),
  ],
};

async function noteOrder(pool: BenchPool, label: string): Promise<void> {
  const [state] = await readTable<{ next_order: Whole }>(pool.chain.client, pool.dac, pool.dac, 'state');
  pool.ids.set(label, Number(state?.next_order) - 1);
}
