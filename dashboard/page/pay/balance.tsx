import type { PayAnswer } from '../../api.ts';
import { Failure } from '../parts/failure.tsx';
import { utc } from '../parts/left.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { Wide } from '../parts/wide.tsx';
import { ActionButton } from '../wallet/action.tsx';
import { sayEpoch } from './words.ts';

const EVERY_MS = 10_000;

/** What members were credited and paid, and why; the visitor's own in front. */
export function Balance({ account }: { account: string }) {
  const { data, error } = useAnswer<PayAnswer>('api/pay', EVERY_MS);
  if (!data) return error ? <Failure error={error} /> : <p class="note">Reading the chain …</p>;
  return (
    <section aria-labelledby="balance-title">
      <h2 id="balance-title">Pay</h2>
      <Failure error={error ?? data.stale} />
      <Own pay={data} account={account} />
      <Members pay={data} />
      <Epochs pay={data} account={account} />
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

function Own({ pay, account }: { pay: PayAnswer; account: string }) {
  const own = pay.members.find((one) => one.account === account);
  if (account === '') return <p class="note">Give your account to see your balance.</p>;
  if (!own) return <p class="note">{account} has no share and no credit here.</p>;
  const { credited, paid, owed, shares, payee } = own;
  return (
    <>
      <p>
        You were credited <b>{credited}</b>, were paid <b>{paid}</b>, and can claim <b>{owed}</b>
        {payee !== null && payee !== account && `, which goes to ${payee}`}. The running epoch has {shares} of your
        shares so far.
      </p>
      <ActionButton label="Claim" action={{ name: 'claim', actor: account, data: { account, token: 0 } }} />
    </>
  );
}

function Members({ pay }: { pay: PayAnswer }) {
  if (pay.members.length === 0) return <p class="note">Nobody has a share or a credit yet.</p>;
  return (
    <Wide label="Credits and payments">
      <table>
        <caption class="hidden">What each member was credited and paid</caption>
        <thead>
          <tr>
            <th scope="col">Member</th>
            <th scope="col" class="number">
              Shares, epoch {pay.epoch}
            </th>
            <th scope="col" class="number">
              Credited
            </th>
            <th scope="col" class="number">
              Paid
            </th>
            <th scope="col" class="number">
              Can be claimed
            </th>
          </tr>
        </thead>
        <tbody>
          {pay.members.map((one) => (
            <tr key={one.account}>
              <th scope="row">
                {one.account}
                {one.isMember ? '' : ' (left)'}
              </th>
              <td class="number">{one.shares}</td>
              <td class="number">{one.credited}</td>
              <td class="number">{one.paid}</td>
              <td class="number">{one.owed}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Epochs({ pay, account }: { pay: PayAnswer; account: string }) {
  return (
    <>
      <h3>Closed epochs</h3>
      {pay.epochs.length === 0 && <p class="note">No epoch has been closed yet: pay is split when one is.</p>}
      {pay.epochs.map((epoch) => (
        <details key={epoch.epoch} open={epoch === pay.epochs[0]}>
          <summary>
            Epoch {epoch.epoch}, up to window {epoch.throughWindow}, closed {utc(epoch.at)}: {epoch.credited}
          </summary>
          <ul>
            {epoch.members.map((member) => (
              <li key={member.account}>
                {sayEpoch(epoch, member, member.account === account ? 'you' : member.account)}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}
