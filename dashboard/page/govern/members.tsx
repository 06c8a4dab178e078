import type { PoolAnswer } from '../../api.ts';
import { Wide } from '../parts/wide.tsx';

/** Members with what they agreed to, and who holds which role. */
export function Members({ members, roles, terms }: Pick<PoolAnswer, 'members' | 'roles'> & { terms: number }) {
  return (
    <section aria-labelledby="members-title">
      <h2 id="members-title">Members</h2>
      {members.length === 0 ? (
        <p class="note">Nobody has joined yet.</p>
      ) : (
        <Wide label="Members">
          <table>
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Status</th>
                <th scope="col">Constitution agreed to</th>
                <th scope="col">Signing key</th>
              </tr>
            </thead>
            <tbody>
              {members.map((one) => (
                <tr key={one.account}>
                  <th scope="row">{one.account}</th>
                  <td>{one.status}</td>
                  <td class={one.agreed ? 'is-good' : 'is-warn'}>
                    version {one.terms}
                    {one.agreed ? '' : `, not yet ${terms}`}
                  </td>
                  <td>
                    <code class="long">{one.key}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <h3>Roles</h3>
      {roles.length === 0 ? (
        <p class="note">No role is given.</p>
      ) : (
        <ul>
          {roles.map(({ role, account, active }) => (
            <li key={`${role} ${account}`}>
              {role}: {account}
              {active ? '' : ' (stopped)'}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
