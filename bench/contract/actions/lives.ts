import { action } from '../../../common/chain.ts';
import { setFigures } from '../../../deploy/founding.ts';
import { nameOracle } from '../../../deploy/motions.ts';
import { TOKEN_CONTRACT } from '../../../devnet/config.ts';
import { byAnybody, lastMember } from '../acts.ts';
import { decided, executeAlso, executing, proposeAlso, proposing } from '../ballots.ts';
import { FOREIGN } from '../people.ts';
import { type BenchPool, FIGURES, joinAll, joining, readFirstWindow, transfer } from '../pool.ts';
import type { Block, Measured } from '../stage.ts';
import { reportBy } from './windows.ts';

/** What happens once in a pool's life, and tokens, of which it can list only four: each sample is a pool from its founding to its end. */

/** In these pools the last windows have little time, and the end no notice. */
const SHORT = { ...FIGURES, notice: 0, deadline: 60 };
/** A day, the deadline and something. */
const LAST_WINDOWS_SECONDS = 86_400 + 200;

const init: Measured = { name: 'init', act: ({ dac, founding }) => action(dac, 'init', founding, dac) };

/** Replaces the whole list. */
const founders: Measured = {
  name: 'founders',
  act: ({ dac, members }) => action(dac, 'founders', { accounts: members }, dac),
};

const setfigure: Measured = {
  name: 'setfigure',
  act: ({ dac }) => action(dac, 'setfigure', { figure: 'eligible', value: 60 }, dac),
};

const setclaim: Measured = {
  name: 'setclaim',
  act: ({ dac, people }) => action(dac, 'setclaim', { code: people.rewards, name: 'claimrewards', on: true }, dac),
};

/** The last one of them; it proves its key and is a member at once. */
const joinFounder: Measured = {
  name: 'join, of a founder',
  of: 'join',
  prepare: (pool) => joinAll(pool, pool.members.slice(0, -1)),
  act: (pool) => action(pool.dac, 'join', joining(pool, lastMember(pool)), lastMember(pool)),
};

const handover: Measured = {
  name: 'handover',
  prepare: (pool) => setFigures(pool.chain.client, pool.dac, SHORT),
  act: ({ dac }) => action(dac, 'handover', {}, dac),
};

const oracle = ({ people }: BenchPool) => nameOracle(people.oracles[0] as string);

const propdissolve: Measured = {
  ...proposing('dissolve', () => ({})),
  prepare: async (pool) => {
    await proposeAlso(pool, 'register', { on: true }, 'register');
    await proposeAlso(pool, 'role', oracle(pool).data, 'role');
  },
};

function dissolve(name: string, more: Partial<Measured> = {}): Measured {
  return { name, of: 'dissolve', act: (pool) => byAnybody(pool, 'dissolve'), ...more };
}

export const lives: Block = {
  title: 'once in the life of a pool',
  samples: 5,
  parts: 5,
  own: true,
  stages: [
    { actions: [init, founders, setfigure, setclaim, joinFounder, handover] },
    { actions: [propdissolve, proposing('token', () => ({ contract: TOKEN_CONTRACT, core: FOREIGN }))] },
    ...decided(
      ['register', 'role', 'token', 'dissolve'],
      [
        executing('token', {
          prepare: async (pool) => {
            await executeAlso(pool, 'register');
            await executeAlso(pool, 'role');
            await readFirstWindow(pool);
          },
        }),
        executing('dissolve'),
      ],
    ),
    {
      passSeconds: 30,
      actions: [
        dissolve('dissolve, unregistering', {
          // a window of the only oracle, so that there are shares to be paid
          prepare: async (pool) => {
            await pool.chain.push([reportBy(pool, pool.firstWindow + 1, 0)]);
            await income(pool);
          },
        }),
      ],
    },
    {
      passSeconds: LAST_WINDOWS_SECONDS,
      actions: [dissolve('dissolve, paying all'), dissolve('dissolve, paying later income', { prepare: income })],
    },
  ],
};

async function income(pool: BenchPool): Promise<void> {
  const { chain, people, dac } = pool;
  await chain.push([transfer(people.payer, dac, 100, 'income'), byAnybody(pool, 'sweep', { token: 0 })]);
}
