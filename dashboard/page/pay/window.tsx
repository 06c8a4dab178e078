import { Failure } from '../parts/failure.tsx';
import { utc } from '../parts/left.tsx';
import { useAnswer } from '../parts/use-answer.ts';
import type { WindowAnswer } from './answer.ts';
import { Trx } from './trx.tsx';
import { sayShare } from './words.ts';

/** One window: what became of it, who reported what, and why each member got a share or not. */
export function Window({ id, account }: { id: string; account: string }) {
  const { data, error } = useAnswer<WindowAnswer>(`api/windows/${encodeURIComponent(id)}`, 10_000);
  return (
    <>
      <p>
        <a href="#/pay">All windows</a>
      </p>
      <Failure error={error} />
      {data && <Facts window={data} account={account} />}
    </>
  );
}

function Facts({ window: one, account }: { window: WindowAnswer; account: string }) {
  const say = (member: WindowAnswer['members'][number], who: string) => {
    const { id, state, slots, neededPercent, eligible } = one;
    const covered = member.valid + member.standby;
    return sayShare(
      { id, state, covered, slots, neededPercent, isEligible: member.isEligible, shares: eligible.length },
      who,
    );
  };
  const own = one.members.find((member) => member.account === account);
  return (
    <>
      <h2>Window {one.id}</h2>
      <p>
        <span class={`state is-${one.state}`}>{one.state}</span>
        {one.settledAt !== null && `, ${utc(one.settledAt)}`}
        {one.strategy !== null && `, strategy ${one.strategy}`}
        {one.emitted !== null &&
          `: ${one.emitted} of ${one.slots} slots emitted, ${one.rescues} rescues, ${one.replaced} blocks replaced`}
        .
      </p>
      {own && (
        <p>
          <b>{say(own, 'you')}</b>
        </p>
      )}
      <h3>Members</h3>
      <ul>
        {one.members.map((member) => (
          <li key={member.account}>
            {say(member, member.account)} ({member.selected} picked, {member.late} late, {member.invalid} invalid,{' '}
            {member.standby} standing by)
          </li>
        ))}
      </ul>
      <h3>Reports</h3>
      {one.filed.length === 0 && <p class="note">None has come yet; {one.quorum} equal ones settle the window.</p>}
      <ul>
        {one.filed.map(({ oracle, hash, trx, at }) => (
          <li key={`${oracle} ${hash}`}>
            {oracle}, {utc(at)}: <code class="long">{hash}</code>{' '}
            {trx !== null && (
              <>
                in <Trx id={trx} explorer={one.explorer} />
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
