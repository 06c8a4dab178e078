import type { PoolProposal } from '../../api.ts';
import { TimeLeft } from '../parts/left.tsx';
import { Wide } from '../parts/wide.tsx';
import { ActionButton } from '../wallet/action.tsx';
import { actionData, isOpen, sayTally, stageWord } from './words.ts';

/** A proposal: what would change, how the vote stands, how long it lasts, and what the visitor can do now. */
export function Proposal({ proposal, account, skew }: { proposal: PoolProposal; account: string; skew: number }) {
  const { id, kind, title, proposer, stage, until, changes, notes, text, voices } = proposal;
  return (
    <article class="card" aria-labelledby={`proposal-${id}`}>
      <h3 id={`proposal-${id}`}>
        {id}: {title}
      </h3>
      <p class="note">
        {kind}, by {proposer}; <span class={isOpen(proposal) ? 'badge is-open' : 'badge'}>{stageWord(stage)}</span>
        {until !== null && isOpen(proposal) && (
          <>
            , <TimeLeft at={until} skew={skew} />
          </>
        )}
      </p>
      {text !== '' && <p>{text}</p>}
      {changes.length > 0 && <Changes changes={changes} />}
      {notes.map((note) => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
      <p>{sayTally(proposal)}</p>
      <Voices voices={voices} />
      <Actions proposal={proposal} account={account} />
    </article>
  );
}

function Changes({ changes }: Pick<PoolProposal, 'changes'>) {
  return (
    <Wide label="What would change">
      <table class="changes">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Now</th>
            <th scope="col">Would be</th>
          </tr>
        </thead>
        <tbody>
          {changes
            .filter(({ from, to }) => from !== to)
            .map(({ what, from, to }) => (
              <tr key={what}>
                <th scope="row">{what}</th>
                <td>{from === null ? '–' : <del>{from}</del>}</td>
                <td>{to === null ? '–' : <ins>{to}</ins>}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Voices({ voices }: { voices: PoolProposal['voices'] }) {
  const told = (['yes', 'no', 'silent'] as const).filter((what) => voices[what].length > 0);
  if (told.length === 0) return null;
  return <p class="note">{told.map((what) => `${what}: ${voices[what].join(', ')}`).join('; ')}</p>;
}

function Actions({ proposal, account }: { proposal: PoolProposal; account: string }) {
  if (proposal.can.length === 0) return null;
  if (account === '') return <p class="note">Give your account above to get the lines for your wallet.</p>;
  const wanted = proposal.can.flatMap(({ action }) => {
    const choices = action === 'vote' ? [true, false] : [true];
    return choices.map((yes) => ({
      label: action === 'vote' ? `Vote ${yes ? 'yes' : 'no'}` : action[0]?.toUpperCase() + action.slice(1),
      data: actionData(action, proposal, account, yes),
      name: action,
    }));
  });
  return (
    <div class="actions">
      {wanted.map(
        ({ label, name, data }) =>
          data && <ActionButton key={label} label={label} action={{ name, actor: account, data }} />,
      )}
    </div>
  );
}
