import { PoolError, sentence } from '../../../common/errors.ts';
import { majorityOf } from './majority.ts';
import type { Voter } from './voter.ts';

export interface Beginning {
  /** Whether this emitter knows of decisions. */
  knows: boolean;
  /** Makes the logs that are not there. */
  make(): Promise<unknown>;
  pause(ms: number): Promise<void>;
}

/** A stream that was just made answers some 100 ms later. */
const TRIES = 15;
const PAUSE_MS = 200;
/** Logs with nothing in them by an emitter that the contract names, but with something: longer than an emitter takes to enter what the contract names. */
const FOREIGN_TRIES = 75;

const NOT_NEW =
  'the voters’ logs were used, and no beginning in them is signed by an emitter that the contract names: an emitter that knows them has to run first';

/**
 * Sees to it that two of the voters can vote. A pool's first emitter, which `knows` of no decision, lets all of them begin: that needs all. Rejects with
 * PoolError `store` when too few answer, and `store_lost` when two have lost what they said.
 */
export async function beginVoters(voters: readonly Voter[], { knows, make, pause }: Beginning): Promise<void> {
  const majority = majorityOf(voters);
  let read = await readAll(voters);
  if (countSound(voters) >= majority) return;
  await make();
  for (let i = 0; i < TRIES && countSound(voters) < majority && read.some(isAway); i++) {
    await pause(PAUSE_MS);
    read = await readAll(voters);
  }
  const failed = read.find(isAway);
  const away = read.filter(isAway).length;
  const sound = voters.filter(({ isSound }) => isSound);
  if (sound.length >= majority) return;
  if (failed) {
    const what = `${away} of ${voters.length} voters do not answer and ${sound.length} can vote`;
    throw new PoolError('store', `${what}: ${sentence(failed.reason)}`);
  }
  if (knows || sound.some(({ tally }) => tally.highest > 0)) {
    const what = `${voters.length - sound.length} of ${voters.length} voters have lost what they said`;
    const todo =
      'no block leaves until an operator has made sure that the pool has no window, and lets them begin anew';
    throw new PoolError('store_lost', `${what}, so what was decided is not known: ${todo}`);
  }
  // One that runs enters it when the keys of emitters were changed just now.
  for (let i = 0; i < FOREIGN_TRIES && countSound(voters) < majority && !voters.every(({ isEmpty }) => isEmpty); i++) {
    await pause(PAUSE_MS);
    await readAll(voters);
  }
  if (countSound(voters) >= majority) return;
  if (!voters.every(({ isNew }) => isNew)) throw new PoolError('store', NOT_NEW);
  await Promise.all(voters.map((voter) => voter.begin(1)));
}

function readAll(voters: readonly Voter[]): Promise<PromiseSettledResult<void>[]> {
  return Promise.allSettled(voters.map((voter) => voter.catchUp()));
}

function isAway(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === 'rejected';
}

function countSound(voters: readonly Voter[]): number {
  return voters.filter(({ isSound }) => isSound).length;
}
