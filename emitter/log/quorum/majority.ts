import { PoolError, sentence } from '../../../common/errors.ts';

/** How many of these are more than half. */
export function majorityOf(voters: readonly unknown[]): number {
  return Math.floor(voters.length / 2) + 1;
}

/** The first answers of more than half; rejects with PoolError `store` when fewer come. */
export function answersOfMost<T>(asked: Promise<T>[]): Promise<T[]> {
  const { promise, resolve, reject } = Promise.withResolvers<T[]>();
  const majority = majorityOf(asked);
  const answers: T[] = [];
  let failed = 0;
  for (const one of asked) {
    one.then(
      (answer) => {
        if (answers.push(answer) === majority) resolve([...answers]);
      },
      (thrown: unknown) => {
        if (++failed > asked.length - majority)
          reject(new PoolError('store', `${failed} of ${asked.length} voters do not answer: ${sentence(thrown)}`));
      },
    );
  }
  return promise;
}
