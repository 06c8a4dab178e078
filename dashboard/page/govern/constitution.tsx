import { TimeLeft } from '../parts/left.tsx';
import type { TermsAnswer } from './answer.ts';

/** The constitution in force: its version and hash, and the text, when the server has the one with that hash. */
export function Constitution({ terms, skew }: { terms: TermsAnswer; skew: number }) {
  const { version, hash, text, problem, graceUntil } = terms;
  return (
    <section aria-labelledby="terms-title">
      <h2 id="terms-title">Constitution</h2>
      <p>
        Version {version}, sha256 <code class="long">{hash}</code>.
      </p>
      {text !== null && <p class="is-good">The text below has this hash: the server compared it with the chain.</p>}
      {problem !== null && <p class="failure">{problem}</p>}
      {graceUntil - Date.now() - skew > 0 && (
        <p>
          Members may still agree to it: <TimeLeft at={graceUntil} skew={skew} />.
        </p>
      )}
      {text !== null && (
        <details>
          <summary>Read it</summary>
          <pre>{text}</pre>
        </details>
      )}
    </section>
  );
}
