import type { PoolAnswer } from '../../api.ts';
import { AccountField, useAccount } from '../parts/account.tsx';
import { Failure } from '../parts/failure.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import { BooksBar } from './bar.tsx';
import { Cases, Orders } from './cases.tsx';
import { Constitution } from './constitution.tsx';
import { Members } from './members.tsx';
import { Proposal } from './proposal.tsx';
import { isOpen } from './words.ts';

const EVERY_MS = 5_000;

/** The view of what members decide: constitution, members, proposals, cases, orders, the treasury's books. */
export function Governance() {
  const { data, error } = useAnswer<PoolAnswer>('api/pool', EVERY_MS);
  const [account, setAccount] = useAccount();
  if (!data) return error ? <Failure error={error} /> : <p class="note">Reading the chain …</p>;
  const skew = data.now - Date.now();
  const proposals = [...data.proposals].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.id - a.id);
  return (
    <>
      <Failure error={error ?? data.stale} />
      <AccountField account={account} setAccount={setAccount} />
      <section aria-labelledby="proposals-title">
        <h2 id="proposals-title">Proposals</h2>
        {proposals.length === 0 && <p class="note">Nothing is proposed.</p>}
        {proposals.map((proposal) => (
          <Proposal key={proposal.id} {...{ proposal, account, skew }} />
        ))}
      </section>
      <section aria-labelledby="books-title">
        <h2 id="books-title">Treasury</h2>
        {data.books.length === 0 && <p class="note">No token has books yet.</p>}
        {data.books.map((books) => (
          <BooksBar key={books.symbol} books={books} />
        ))}
      </section>
      <Constitution constitution={data.constitution} skew={skew} />
      <Members members={data.members} roles={data.roles} terms={data.constitution.version} />
      <section aria-labelledby="rules-title">
        <h2 id="rules-title">Rules in force</h2>
        <p>
          Strategy {data.strategy.strategy} in {data.strategy.mode} mode; the pool is {data.phase}
          {data.registered ? ' and registered as a producer' : ', not registered as a producer'}.
        </p>
        <details>
          <summary>Figures</summary>
          <table>
            <tbody>
              {data.figures.map(({ name, value }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      </section>
      <Cases cases={data.cases} skew={skew} />
      <Orders orders={data.orders} skew={skew} />
    </>
  );
}
