import { useState } from 'preact/hooks';
import type { JoinAnswer, PoolAnswer } from '../../api.ts';
import { useAccount } from '../parts/account.tsx';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { isAccount } from '../parts/words.ts';
import { Apply } from './apply.tsx';
import { type Application, fieldProblem } from './form.ts';
import { NodeLines } from './node.tsx';

const EVERY_MS = 3_000;

/** The way of a new member: what it says of itself, its node's lines, its application, and how far it is. */
export function Join() {
  const [account, setAccount] = useAccount();
  const [key, setKey] = useState('');
  const [location, setLocation] = useState('');
  const [url, setUrl] = useState('');
  const { data: pool, error } = useAnswer<PoolAnswer>('api/pool', 60_000);
  const values = { account, key, location, url };
  const problemOf = (field: keyof typeof values) => fieldProblem(field, values[field]);
  const publicKey = problemOf('key') === null ? key : '';
  const known = isAccount(account) ? account : '';
  const isReady = known !== '' && publicKey !== '' && problemOf('location') === null && problemOf('url') === null;
  const application: Application = { account, key, location: Number(location), url };
  return (
    <>
      <Failure error={error} />
      <section aria-labelledby="you-title">
        <h2 id="you-title">1. About you</h2>
        <Field
          label="Account"
          value={account}
          set={setAccount}
          problem={problemOf('account')}
          help="It signs, and is paid unless you name another."
        />
        <Field
          label="Public signing key"
          value={key}
          set={setKey}
          problem={problemOf('key')}
          help="A new one, never used by another member. The private one stays on your machine: bppool join makes both."
        />
        <Field
          label="Location"
          value={location}
          set={setLocation}
          problem={problemOf('location')}
          help="The country’s ISO 3166-1 number; may be left out."
        />
        <Field label="Your page" value={url} set={setUrl} problem={problemOf('url')} help="May be left out." />
      </section>
      <section aria-labelledby="node-title">
        <h2 id="node-title">2. Your node</h2>
        <NodeLines account={known} publicKey={publicKey} />
      </section>
      <section aria-labelledby="apply-title">
        <h2 id="apply-title">3. Your application</h2>
        {isReady && pool ? (
          <Apply application={application} pool={pool} />
        ) : (
          <p class="note">Fill in account and key first.</p>
        )}
      </section>
      <section aria-labelledby="check-title">
        <h2 id="check-title">4. How far you are</h2>
        {known === '' ? (
          <p class="note">Fill in your account first.</p>
        ) : (
          <CheckList account={known} publicKey={publicKey} />
        )}
      </section>
    </>
  );
}

const STATES = { done: '✓', waiting: '…', problem: '✗' } as const;

function CheckList({ account, publicKey }: { account: string; publicKey: string }) {
  const query = publicKey === '' ? '' : `?${new URLSearchParams({ key: publicKey })}`;
  const { data, error } = useAnswer<JoinAnswer>(`api/join/${account}${query}`, EVERY_MS);
  return (
    <>
      <Failure error={error ?? data?.stale ?? null} />
      <ul class="checks" aria-live="polite">
        {data?.steps.map(({ name, state, text }) => (
          <li key={name} data-check={name} data-state={state}>
            <b class={`is-${state}`} aria-hidden="true">
              {STATES[state]}
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
