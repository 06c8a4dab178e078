import type { EmitterView } from '../../api.ts';
import { Wide } from '../parts/wide.tsx';

const STATES = { ready: 'ready', 'not-ready': 'not ready', away: 'does not answer' } as const;

/** The emitters: their state, links and members; and the choice of whose view the grid shows. */
export function Emitters({ emitters }: { emitters: readonly EmitterView[] }) {
  if (emitters.length === 0) return <p class="note">No emitter is known yet.</p>;
  return (
    <Wide label="State of the emitters">
      <table>
        <caption class="hidden">Emitters</caption>
        <thead>
          <tr>
            <th scope="col">Emitter</th>
            <th scope="col">State</th>
            <th scope="col">Relay node</th>
            <th scope="col" class="number">
              Public peers
            </th>
            <th scope="col" class="number">
              Members
            </th>
            <th scope="col">Leader</th>
          </tr>
        </thead>
        <tbody>
          {emitters.map((one) => (
            <tr key={one.name}>
              <th scope="row">{one.name}</th>
              <td>
                <span class={`state is-${one.state}`}>{STATES[one.state]}</span>
                {[...one.reasons, ...one.notices].map((reason) => (
                  <span class="note" key={reason}>
                    {' '}
                    {reason}
                  </span>
                ))}
              </td>
              <td>{one.relayUp ? 'connected' : 'away'}</td>
              <td class="number">{one.peersUp}</td>
              <td class="number" title={one.members.join(', ')}>
                {one.members.length}
              </td>
              <td>{one.leader ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}
