import { useState } from 'preact/hooks';
import type { PoolAnswer } from '../../api.ts';
import { useAccount } from '../parts/account.tsx';
import { Failure } from '../parts/failure.tsx';
import { Field } from '../parts/field.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { isAccount } from '../parts/words.ts';
import { ActionPanel } from '../wallet/action.tsx';
import { CheckList } from './check-list.tsx';
import { type Application, fieldProblem, keyIn, proofIn } from './form.ts';
import { NodeLines } from './node.tsx';
import { Proof } from './proof.tsx';

/** The way of a new member: what it says of itself, key and proof, its node's lines, its application, and how far it is. */
export function Join() {
  const [account, setAccount] = useAccount();
  const [location, setLocation] = useState('');
  const [url, setUrl] = useState('');
  const [key, setKey] = useState('');
  const [pasted, setPasted] = useState('');
  const { data: pool, error } = useAnswer<PoolAnswer>('api/pool', 60_000);
  const values = { account, key, location, url };
  const problemOf = (field: keyof typeof values) => fieldProblem(field, values[field]);
  const known = isAccount(account) ? account : '';
  const publicKey = problemOf('key') === null ? key : '';
  const application: Application = { account, key: publicKey, location: Number(location), url };
  const isGood = known !== '' && problemOf('location') === null && problemOf('url') === null;
  const paste = (text: string) => {
    setPasted(text);
    const found = keyIn(text);
    if (found !== null) setKey(found);
  };
  return (
    <>
      <Failure error={error ?? pool?.stale ?? null} />
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
          label="Location"
          value={location}
          set={setLocation}
          problem={problemOf('location')}
          help="The country’s ISO 3166-1 number, as 276 for Germany; may be left out."
        />
        <Field label="Your page" value={url} set={setUrl} problem={problemOf('url')} help="May be left out." />
      </section>
      <section aria-labelledby="key-title">
        <h2 id="key-title">2. Your key and its proof</h2>
        {isGood && pool ? (
          <Proof application={application} dac={pool.dac} pasted={pasted} setPasted={paste} />
        ) : (
          <p class="note">Fill in your account first.</p>
        )}
        <Field
          label="Public signing key"
          value={key}
          set={setKey}
          problem={problemOf('key')}
          help="Taken from what the command printed. A new one, never used by another member."
        />
      </section>
      <section aria-labelledby="node-title">
        <h2 id="node-title">3. Your node</h2>
        <NodeLines account={known} publicKey={publicKey} />
      </section>
      <section aria-labelledby="apply-title">
        <h2 id="apply-title">4. Your application</h2>
        <Apply application={application} pool={pool} proof={isGood && publicKey !== '' ? proofIn(pasted) : null} />
      </section>
      <section aria-labelledby="check-title">
        <h2 id="check-title">5. How far you are</h2>
        {known === '' ? (
          <p class="note">Fill in your account first.</p>
        ) : (
          <CheckList account={known} publicKey={publicKey} />
        )}
      </section>
    </>
  );
}

function Apply({
  application,
  pool,
  proof,
}: {
  application: Application;
  pool: PoolAnswer | null;
  proof: string | null;
}) {
  if (pool === null || proof === null) return <p class="note">It needs account, key and proof.</p>;
  const { account, key, location, url } = application;
  const data = { account, key, terms: pool.constitution.hash, proof, payee: account, url, location, owners: '' };
  return <ActionPanel name="join" actor={account} data={data} />;
}
