import { useRef, useState } from 'preact/hooks';
import type { JoinConfigAnswer } from '../../api.ts';
import { Copy } from '../parts/copy.tsx';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';

/** What most run. */
const FIRST = 'leap5';

/** The lines of a member's config.ini for its version of nodeos, each with its reason. `account` and `publicKey` may be empty yet. */
export function NodeLines({ account, publicKey }: { account: string; publicKey: string }) {
  const [version, setVersion] = useState(FIRST);
  const query = new URLSearchParams({ version });
  if (publicKey !== '') query.set('key', publicKey);
  if (account !== '') query.set('account', account);
  const { data, error } = useAnswer<JoinConfigAnswer>(`api/join/config?${query}`);
  const versions = useRef<JoinConfigAnswer['versions']>([]);
  if (data) versions.current = data.versions;
  return (
    <>
      <p class="field">
        <label for="version">Version of nodeos</label>
        <select id="version" value={version} onChange={({ currentTarget }) => setVersion(currentTarget.value)}>
          {versions.current.map((one) => (
            <option key={one.version} value={one.version}>
              {one.name}
            </option>
          ))}
        </select>
      </p>
      <Failure error={error ?? data?.stale ?? null} />
      {data && <Copy label="Lines for config.ini" text={data.text} />}
      {data?.notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      {data && (
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
      )}
    </>
  );
}
