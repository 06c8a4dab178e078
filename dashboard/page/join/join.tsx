import { useState } from 'preact/hooks';
import { useAccount } from '../parts/account.tsx';
import { Copy } from '../parts/copy.tsx';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { isAccount } from '../parts/words.ts';
import { ActionPanel } from '../wallet/action.tsx';
import type { Application, CheckAnswer, ConfigAnswer } from './answer.ts';
import { fieldProblem, proofCommand, proofIn, VERSIONS } from './form.ts';

const EVERY_MS = 3_000;

interface PoolFacts {
  dac: string;
  terms: { hash: string };
}

/** The way of a new member: what it says of itself, its node's lines, its application, and how far it is. */
export function Join() {
  const [account, setAccount] = useAccount();
  const [key, setKey] = useState('');
  const [location, setLocation] = useState('');
  const [url, setUrl] = useState('');
  const [version, setVersion] = useState<string>('leap5');
  const { data: pool, error } = useAnswer<PoolFacts>('api/pool', 60_000);
  const values = { account, key, location, url };
  const problemOf = (field: keyof typeof values) => fieldProblem(field, values[field]);
  const isKeyGood = key !== '' && problemOf('key') === null;
  const isReady = isAccount(account) && isKeyGood && problemOf('location') === null && problemOf('url') === null;
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
          help="A new one that was never used for another member. The private one stays on your machine; bppool join makes both."
        />
        <Field
          label="Location"
          value={location}
          set={setLocation}
          problem={problemOf('location')}
          help="The country’s ISO 3166-1 number; may be left out."
        />
        <Field label="Your page" value={url} set={setUrl} problem={problemOf('url')} help="May be left out." />
        <p class="field">
          <label for="version">Version of nodeos</label>
          <select id="version" value={version} onChange={({ currentTarget }) => setVersion(currentTarget.value)}>
            {VERSIONS.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </p>
      </section>
      <section aria-labelledby="node-title">
        <h2 id="node-title">2. Your node</h2>
        <ConfigLines version={version} keyOf={isKeyGood ? key : ''} />
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
        {isAccount(account) ? (
          <CheckList account={account} keyOf={isKeyGood ? key : ''} />
        ) : (
          <p class="note">Fill in your account first.</p>
        )}
      </section>
    </>
  );
}

function ConfigLines({ version, keyOf }: { version: string; keyOf: string }) {
  const query = new URLSearchParams({ version, ...(keyOf === '' ? {} : { key: keyOf }) });
  const { data, error } = useAnswer<ConfigAnswer>(`api/join/config?${query}`);
  if (!data) return <Failure error={error} />;
  return (
    <>
      <Copy label="Lines for config.ini" text={data.lines.map(({ line }) => line).join('\n')} />
      <details>
        <summary>Why each line</summary>
        <dl>
          {data.lines.map(({ line, why }) => (
            <div key={line}>
              <dt>
                <code class="long">{line}</code>
              </dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

function Apply({ application, pool }: { application: Application; pool: PoolFacts }) {
  const [pasted, setPasted] = useState('');
  const proof = proofIn(pasted);
  const { account, key, location, url } = application;
  const data = { account, key, terms: pool.terms.hash, proof, payee: account, url, location, owners: '' };
  return (
    <>
      <p>
        Joining needs a proof that you hold the signing key: a signature over the pool, the chain, your account, the key
        and the constitution. It is made on your own machine by this command, which never shows the private key, and
        never signs what it is handed:
      </p>
      <Copy label="Command for the proof" text={proofCommand(application, pool.dac)} />
      <p class="field">
        <label for="proof">The proof (SIG_K1_…), or the whole line that it printed</label>
        <textarea
          id="proof"
          rows={3}
          value={pasted}
          spellcheck={false}
          onInput={({ currentTarget }) => setPasted(currentTarget.value)}
        />
        <span class={pasted !== '' && proof === null ? 'is-bad' : 'note'}>
          {pasted !== '' && proof === null
            ? 'There is no whole signature in this text: it begins with SIG_K1_ and has about 100 characters.'
            : ''}
        </span>
      </p>
      {proof !== null && <ActionPanel name="join" actor={account} data={data} />}
    </>
  );
}

const STATES = { done: '✓', waiting: '…', problem: '✗' } as const;

function CheckList({ account, keyOf }: { account: string; keyOf: string }) {
  const query = keyOf === '' ? '' : `?${new URLSearchParams({ key: keyOf })}`;
  const { data, error } = useAnswer<CheckAnswer>(`api/join/${account}${query}`, EVERY_MS);
  return (
    <>
      <Failure error={error} />
      <ul class="checks" aria-live="polite">
        {data?.checks.map(({ name, state, text }) => (
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
