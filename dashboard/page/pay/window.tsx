import type { FiledReport, WindowDetail } from '../../api.ts';
import { Failure } from '../parts/failure.tsx';
import { utc } from '../parts/left.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Wide } from '../parts/wide.tsx';
import { count } from '../parts/words.ts';
import { Trx } from './trx.tsx';
import { sayShare } from './words.ts';

/** One window: what became of it, who reported what, and why each member got a share or not. */
export function Window({ id, account }: { id: string; account: string }) {
  const { data, error } = useAnswer<WindowDetail>(`api/windows/${encodeURIComponent(id)}`, 10_000);
  return (
    <>
      <p>
        <a href="#/pay">All windows</a>
      </p>
      <Failure error={error ?? data?.stale ?? null} />
      {data && <Facts window={data} account={account} />}
    </>
  );
}

function Facts({ window, account }: { window: WindowDetail; account: string }) {
  const { id, state, slots, emitted, rescues, replaced, strategy, quorum, filed, members, explorer, from } = window;
  const own = members.find((member) => member.account === account);
  return (
    <>
      <h2>Window {id}</h2>
      <p>
        <span class={`state is-${state}`}>{state}</span>
        {window.settledAt !== null && `, ${utc(window.settledAt)}`}
        {strategy !== null && `, strategy ${strategy}`}
        {emitted !== null &&
          `: ${emitted} of ${slots} slots emitted, ${count(rescues ?? 0, 'rescue')}, ${count(replaced ?? 0, 'block')} replaced`}
        .
      </p>
      {own && (
        <p>
          <b>{sayShare(window, own, 'you')}</b>
        </p>
      )}
      <h3>Members</h3>
      <Members window={window} />
      <h3>Reports</h3>
      <p>
        {quorum.needed} equal ones of {count(quorum.oracles, 'oracle')} settle a window.
      </p>
      <Reports filed={filed} explorer={explorer} />
      <p class="note">{from}</p>
    </>
  );
}

function Members({ window }: { window: WindowDetail }) {
  if (window.members.length === 0) return <p class="note">No metrics of it are known.</p>;
  return (
    <Wide label="Members in this window">
      <table>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col">Slots</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {window.members.map((member) => (
            <tr key={member.account}>
              <th scope="row">{member.account}</th>
              <td>
                <code>{member.grid ?? '–'}</code>
              </td>
              <td>{sayShare(window, member, member.account)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Reports({ filed, explorer }: { filed: FiledReport[]; explorer: string | null }) {
  if (filed.length === 0) return <p class="note">None is known.</p>;
  return (
    <ul>
      {filed.map(({ oracle, hash, settles, at, trx }) => (
        <li key={`${oracle} ${hash}`}>
          {oracle}
          {at !== null && `, ${utc(at)}`}: <code class="long">{hash}</code>
          {settles && ' (settled it)'}
          {trx !== null && (
            <>
              {', transaction '}
              <Trx id={trx} explorer={explorer} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
