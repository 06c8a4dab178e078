import type { JoinAnswer } from '../../api.ts';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';

const EVERY_MS = 3_000;
const SIGNS = { done: '✓', waiting: '…', problem: '✗' } as const;

/** What is done on the way to the first block, what is waited for, what is wrong; asked for again all the time. */
export function CheckList({ account, publicKey }: { account: string; publicKey: string }) {
  const query = publicKey === '' ? '' : `?${new URLSearchParams({ key: publicKey })}`;
  const { data, error } = useAnswer<JoinAnswer>(`api/join/${account}${query}`, EVERY_MS);
  return (
    <>
      <Failure error={error ?? data?.stale ?? null} />
      <ul class="checks" aria-live="polite">
        {data?.steps.map(({ name, state, text }) => (
          <li key={name} data-check={name} data-state={state}>
            <b class={`is-${state}`} aria-hidden="true">
              {SIGNS[state]}
            </b>
            <span>
              <b>{name}</b> ({state}): {text}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
