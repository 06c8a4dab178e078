import type { PoolAnswer, PoolCase } from '../../api.ts';
import { TimeLeft, utc } from '../parts/left.tsx';

/** Cases before the arbitrators. */
export function Cases({ cases, skew }: { cases: PoolCase[]; skew: number }) {
  return (
    <section aria-labelledby="cases-title">
      <h2 id="cases-title">Cases</h2>
      {cases.length === 0 && <p class="note">There is no case.</p>}
      {cases.map((one) => (
        <article key={one.id} class="card">
          <h3>
            Case {one.id}: {one.claimant} against {one.respondent}
          </h3>
          <p class="note">
            {one.status}, opened {utc(one.opened)}, <TimeLeft at={one.until} skew={skew} />
            {one.window !== null && `, about window ${one.window}`}
            {one.order !== null && `, about order ${one.order}`}; arbitrators: {one.panel.join(', ') || 'none'}
          </p>
          <p>
            Evidence: <code class="long">{one.evidence}</code>
          </p>
          {one.rulings.map(({ arbitrator, compensation, penalty, act }) => (
            <p key={arbitrator}>
              {arbitrator} rules: compensation {compensation}, penalty {penalty}
              {act !== 'none' && act !== '' && `, ${act}`}.
            </p>
          ))}
          {one.can.length > 0 && (
            <p class="note">
              Now: {one.can.map(({ action, who }) => `${action} (${who})`).join(', ')}; by the command line: bppool
              case.
            </p>
          )}
        </article>
      ))}
    </section>
  );
}

/** What the pool pays for: by the month, or once. */
export function Orders({ orders, skew }: Pick<PoolAnswer, 'orders'> & { skew: number }) {
  return (
    <section aria-labelledby="orders-title">
      <h2 id="orders-title">Orders</h2>
      {orders.length === 0 && <p class="note">Nothing is ordered.</p>}
      {orders.map(({ id, payee, amount, months, due, escrow, inCase, text }) => (
        <article key={id} class="card">
          <h3>
            Order {id}: {amount} to {payee}
          </h3>
          <p class="note">
            {escrow ? 'in escrow until it is accepted' : `${months} ${months === 1 ? 'month' : 'months'} to pay, next`},{' '}
            <TimeLeft at={due} skew={skew} />
            {inCase > 0 && `, in case ${inCase}`}
          </p>
          {text !== '' && <p>{text}</p>}
        </article>
      ))}
    </section>
  );
}
