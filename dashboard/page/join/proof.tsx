import { useId } from 'preact/hooks';
import { Copy } from '../parts/copy.tsx';
import { type Application, proofCommand, proofIn } from './form.ts';

export interface ProofProps {
  application: Pick<Application, 'account' | 'location' | 'url'>;
  dac: string;
  pasted: string;
  setPasted: (text: string) => void;
}

/** The command that makes signing key and proof on the member's own machine, and a place for what it printed. */
export function Proof({ application, dac, pasted, setPasted }: ProofProps) {
  const id = useId();
  const isWrong = pasted !== '' && proofIn(pasted) === null;
  return (
    <>
      <p>
        Joining needs a signing key of its own and a proof that you hold it: a signature over the pool, the chain, your
        account, the key and the constitution. This command makes both on your own machine, shows no private key, and
        signs nothing that it is handed:
      </p>
      <Copy label="Command for key and proof" text={proofCommand(application, dac)} />
      <p class="note">It asks a node of this chain: add --api URL when none runs at 127.0.0.1:8888.</p>
      <p class="field">
        <label for={id}>What it printed</label>
        <textarea
          id={id}
          rows={3}
          value={pasted}
          spellcheck={false}
          aria-invalid={isWrong}
          aria-describedby={`${id}-help`}
          onInput={({ currentTarget }) => setPasted(currentTarget.value)}
        />
        <span id={`${id}-help`} class={isWrong ? 'is-bad' : 'note'}>
          {isWrong
            ? 'There is no whole signature in this text: it begins with SIG_K1_ and has about 100 characters.'
            : 'The line, or the proof in it (SIG_K1_…). It goes no further than the page’s server.'}
        </span>
      </p>
    </>
  );
}
