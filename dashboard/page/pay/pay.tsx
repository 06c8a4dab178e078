import { useState } from 'preact/hooks';
import { AccountField, useAccount } from '../parts/account.tsx';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { ActionButton } from '../wallet/action.tsx';
import type { PayAnswer, WindowRow, WindowsAnswer } from './answer.ts';
import { Window } from './window.tsx';

const EVERY_MS = 10_000;
const PAGE = 25;

/** The view of windows and pay; with an item, that window alone. */
export function Pay({ item }: { item: string | null }) {
  const [account, setAccount] = useAccount();
  return (
    <>
      <AccountField account={account} setAccount={setAccount} />
      {item === null ? (
        <>
          <Balance account={account} />
          <Windows account={account} />
        </>
      ) : (
        <Window id={item} account={account} />
      )}
    </>
  );
}

function Balance({ account }: { account: string }) {
  const { data, error } = useAnswer<PayAnswer>('api/pay', EVERY_MS);
  if (!data) return <Failure error={error} />;
  const own = data.balances.find((one) => one.account === account);
  return (
    <section aria-labelledby="balance-title">
      <h2 id="balance-title">Pay</h2>
      <Failure error={error} />
      {own ? (
        <p>
          {account} was credited <b>{own.credited}</b>, was paid <b>{own.paid}</b>, and can claim <b>{own.owed}</b>.
        </p>
      ) : (
        <p class="note">
          {account === '' ? 'Give your account to see your balance.' : `${account} has no credit here.`}
        </p>
      )}
      {own && <ActionButton label="Claim" action={{ name: 'claim', actor: account, data: { account, token: 0 } }} />}
      <p>
        <a href="api/pay.csv" download>
          Pay as CSV
        </a>
        {' · '}
        <a href="api/windows.csv" download>
          Windows as CSV
        </a>
      </p>
    </section>
  );
}

function Windows({ account }: { account: string }) {
  const [before, setBefore] = useState<number | null>(null);
  const query = new URLSearchParams({ limit: String(PAGE), ...(before === null ? {} : { before: String(before) }) });
  const { data, error } = useAnswer<WindowsAnswer>(`api/windows?${query}`, before === null ? EVERY_MS : 0);
  const oldest = data?.windows.at(-1)?.id;
  return (
    <section aria-labelledby="windows-title">
      <h2 id="windows-title">Windows</h2>
      <Failure error={error} />
      {data?.windows.length === 0 && <p class="note">No window has been reported yet.</p>}
      {data && data.windows.length > 0 && <WindowTable windows={data.windows} account={account} />}
      <div class="bar">
        <button type="button" disabled={before === null} onClick={() => setBefore(null)}>
          Newest
        </button>
        <button type="button" disabled={(data?.windows.length ?? 0) < PAGE} onClick={() => setBefore(oldest ?? null)}>
          Older
        </button>
      </div>
    </section>
  );
}

function WindowTable({ windows, account }: { windows: WindowRow[]; account: string }) {
  return (
    <div class="wide">
      <table>
        <caption class="hidden">Windows, newest first</caption>
        <thead>
          <tr>
            {['Window', 'State', 'Epoch'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
            {['Emitted', 'Missed', 'Rescues', 'Reports', 'Shares'].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            {account !== '' && <th scope="col">{account}</th>}
          </tr>
        </thead>
        <tbody>
          {windows.map((one) => (
            <tr key={one.id}>
              <th scope="row">
                <a href={`#/pay/${one.id}`}>{one.id}</a>
              </th>
              <td class={`state is-${one.state}`}>{one.state}</td>
              <td>{one.epoch ?? '–'}</td>
              <td class="number">{one.emitted === null ? '–' : `${one.emitted} of ${one.slots}`}</td>
              <td class="number">{one.missed ?? '–'}</td>
              <td class="number">{one.rescues ?? '–'}</td>
              <td class="number">
                {one.reports} of {one.quorum} needed
              </td>
              <td class="number">{one.eligible.length}</td>
              {account !== '' && (
                <td>{one.eligible.includes(account) ? 'one share' : one.state === 'settled' ? 'none' : '–'}</td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
