import type { PoolAnswer } from '../../api.ts';
import { TimeLeft, utc } from '../parts/left.tsx';

/** The constitution in force: its version and hash, and the text, when the server has the one with that hash. */
export function Constitution({ constitution, skew }: Pick<PoolAnswer, 'constitution'> & { skew: number }) {
  const { version, hash, text, isSame, check, graceUntil, history } = constitution;
  return (
    <section aria-labelledby="terms-title">
      <h2 id="terms-title">Constitution</h2>
      <p>
        Version {version}, sha256 <code class="long">{hash}</code>.
      </p>
      <p class={isSame ? 'is-good' : 'is-warn'}>{check}</p>
      {graceUntil !== null && (
        <p>
          Members agree to it until {utc(graceUntil)}: <TimeLeft at={graceUntil} skew={skew} />.
        </p>
      )}
      {text !== null && (
        <details>
          <summary>Read it</summary>
          <pre>{text}</pre>
        </details>
      )}
      {history.length > 1 && (
        <details>
          <summary>Earlier versions</summary>
          <ul>
            {history.map((one) => (
              <li key={one.version}>
                {one.version}, since {utc(one.since)}: <code class="long">{one.hash}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
