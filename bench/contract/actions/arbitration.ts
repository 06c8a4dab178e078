import { action } from '../../../common/chain.ts';
import { byAnybody, lastMember } from '../acts.ts';
import { decided, executing, note, TEXT } from '../ballots.ts';
import { answering, appointArbitrators, noteCase, opening, ruledCase, ruling, type Verdict } from '../cases.ts';
import type { Block, Measured } from '../stage.ts';
import { KEPT_SECONDS } from './settings.ts';
import { settleWindows } from './windows.ts';

/** Money moves in both directions: from the respondent and, for what it lacks, from the treasury. */
const VOID: Verdict = { act: 'void', compensation: 1, penalty: 0.001, value: 0 };
const SUSPEND: Verdict = { act: 'suspend', compensation: 0, penalty: 0, value: 60 };
const NOTHING: Verdict = { act: 'none', compensation: 0, penalty: 0, value: 0 };

const opencase: Measured = {
  name: 'opencase',
  act: (pool) => opening(pool, 0, pool.ids.get('window')),
  after: (pool) => noteCase(pool, 'void'),
};

const answer: Measured = { name: 'answer', act: (pool) => answering(pool, 'void') };

/** One of three arbitrators. */
const rule: Measured = { name: 'rule', act: (pool) => ruling(pool, 'void', 0, VOID) };

const ruleDeciding: Measured = { name: 'rule, deciding', of: 'rule', act: (pool) => ruling(pool, 'void', 1, VOID) };

const recuse: Measured = {
  name: 'recuse',
  prepare: async (pool) => {
    await pool.chain.push([opening(pool, 1)]);
    await noteCase(pool, 'unruled');
  },
  act: ({ dac, ids, people }) => {
    const arbitrator = people.arbitrators[2] as string;
    return action(dac, 'recuse', { arbitrator, id: ids.get('unruled') }, arbitrator);
  },
};

const appeal: Measured = {
  name: 'appeal',
  prepare: async (pool) => {
    await ruledCase(pool, 'suspend', 0, SUSPEND);
    await ruledCase(pool, 'appealed', 1, NOTHING);
  },
  act: (pool) => {
    const party = lastMember(pool);
    return action(pool.dac, 'appeal', { party, id: pool.ids.get('appealed'), text: TEXT }, party);
  },
  after: (pool) => note(pool, 'appeal'),
};

/** Does what was ruled. */
export function enforcing(label: string, more: Partial<Measured> = {}): Measured {
  return {
    name: `enforce ${label}`,
    of: 'enforce',
    act: (pool) => byAnybody(pool, 'enforce', { id: pool.ids.get(label) }),
    ...more,
  };
}

function closing(name: string, label: string, more: Partial<Measured> = {}): Measured {
  return { name, of: 'closecase', act: (pool) => byAnybody(pool, 'closecase', { id: pool.ids.get(label) }), ...more };
}

export const arbitration: Block = {
  title: 'arbitration',
  samples: 13,
  parts: 13,
  enter: appointArbitrators,
  stages: [
    {
      enter: (pool) => settleWindows(pool, 1),
      actions: [opencase, answer, rule, ruleDeciding, recuse, appeal],
    },
    ...decided(
      ['appeal'],
      [
        executing('appeal', {
          after: async (pool) => {
            await pool.chain.push([byAnybody(pool, 'enforce', { id: pool.ids.get('appealed') })]);
          },
        }),
        enforcing('void'),
        enforcing('suspend'),
        closing('closecase', 'unruled'),
      ],
    ),
    {
      passSeconds: KEPT_SECONDS,
      actions: [
        closing('closecase, erasing', 'void', {
          prepare: async (pool) => {
            await pool.chain.push([byAnybody(pool, 'resume', { account: lastMember(pool) })]);
          },
        }),
      ],
    },
  ],
};
