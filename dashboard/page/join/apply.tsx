import { useState } from 'preact/hooks';
import type { PoolAnswer } from '../../api.ts';
import { Copy } from '../parts/copy.tsx';
import { ActionPanel } from '../wallet/action.tsx';
import { type Application, proofCommand, proofIn } from './form.ts';

/** The application: the command that makes the proof, and with it the lines that push `join`. */
export function Apply({ application, pool }: { application: Application; pool: PoolAnswer }) {
  const [pasted, setPasted] = useState('');
  const proof = proofIn(pasted);
  const { account, key, location, url } = application;
  const data = { account, key, terms: pool.constitution.hash, proof, payee: account, url, location, owners: '' };
  const isWrong = pasted !== '' && proof === null;
  return (
    <>
      <p>
        Joining needs a proof that you hold the signing key: a signature over the pool, the chain, your account, the key
        and the constitution. It is made on your own machine by this command, which never shows the private key, and
        signs nothing that it is handed:
      </p>
      <Copy label="Command for the proof" text={proofCommand(application, pool.dac)} />
      <p class="field">
        <label for="proof">The proof (SIG_K1_…), or the whole line that it printed</label>
        <textarea
          id="proof"
          rows={3}
          value={pasted}
          spellcheck={false}
          aria-invalid={isWrong}
          aria-describedby="proof-help"
          onInput={({ currentTarget }) => setPasted(currentTarget.value)}
        />
        <span id="proof-help" class={isWrong ? 'is-bad' : 'note'}>
          {isWrong
            ? 'There is no whole signature in this text: it begins with SIG_K1_ and has about 100 characters.'
            : 'The line for your wallet appears below.'}
        </span>
      </p>
      {proof !== null && <ActionPanel name="join" actor={account} data={data} />}
    </>
  );
}
