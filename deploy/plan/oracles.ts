import { type Action, action } from '../../common/chain.ts';
import { keyAuthority } from '../accounts.ts';
import type { Deployment } from '../file.ts';
import { ORACLE_ACTIONS, ORACLE_PERMISSION, reportPermission } from '../oracle.ts';
import type { AccountState, Link } from '../state/types.ts';
import { account } from './accounts.ts';
import { authorityText, FREE, type Given, linkText, permissionOf, type Step, sameAuthority } from './step.ts';

type Oracle = Deployment['roles']['oracles'][number];

/** Accounts of oracles, where the file has their keys, and the permission that a running oracle signs with. */
export function oracleSteps(given: Given): Step[] {
  return given.deployment.roles.oracles.flatMap((oracle) => [...made(given, oracle), ...permission(given, oracle)]);
}

function made(given: Given, { account: name, key, ramBytes, cpu, net }: Oracle): Step[] {
  if (key === undefined || ramBytes === undefined || cpu === undefined || net === undefined) return [];
  return account(given, name, keyAuthority(key), { ramBytes, cpu, net });
}

/**
 * The key of `report` in no more and no fewer places than it needs: its authority, and its links. Links of other permissions are the
 * account's own business.
 */
function permission({ deployment, state }: Given, { account: name, reportKey }: Oracle): Step[] {
  if (reportKey === undefined) return [];
  const known = state.accounts.get(name) ?? null;
  const dac = deployment.dac.account;
  const held = known === null ? undefined : permissionOf(known, ORACLE_PERMISSION);
  const wanted = keyAuthority(reportKey);
  const steps: Step[] = [];
  const needs = [`account:${name}`, `code:${dac}`];
  const id = `permission:${name}@${ORACLE_PERMISSION}`;
  if (held === undefined || !sameAuthority(held.auth, wanted) || held.parent !== 'active') {
    const is = held === undefined ? 'it is not there' : `${authorityText(held.auth)}, below ${held.parent}`;
    const shall = `${authorityText(wanted)}, below active`;
    const actions = [reportPermission(name, reportKey)];
    steps.push({ id, about: `${name}@${ORACLE_PERMISSION}`, is, shall, actions, cost: FREE, needs });
  }
  if (known !== null && !known.tellsLinks && held !== undefined) return steps;
  const links = linkChanges(known, name, dac);
  if (links.actions.length > 0) {
    const step = {
      about: `links of ${name}@${ORACLE_PERMISSION}`,
      is: links.is,
      shall: links.shall,
      actions: links.actions,
    };
    steps.push({ id: `links:${name}@${ORACLE_PERMISSION}`, ...step, cost: FREE, needs: [...needs, id] });
  }
  return steps;
}

function linkChanges(
  known: AccountState | null,
  name: string,
  dac: string,
): { is: string; shall: string; actions: Action[] } {
  const held = known === null ? [] : (permissionOf(known, ORACLE_PERMISSION)?.links ?? []);
  const wanted: Link[] = ORACLE_ACTIONS.map((type) => ({ code: dac, type }));
  const isIn = (list: Link[], link: Link) => list.some(({ code, type }) => code === link.code && type === link.type);
  const more = held.filter((link) => !isIn(wanted, link));
  const lacking = wanted.filter((link) => !isIn(held, link));
  const signer = `${name}@active`;
  return {
    is: held.map(linkText).sort().join(', ') || 'none',
    shall: wanted.map(linkText).join(', '),
    actions: [
      ...more.map((link) => action('eosio', 'unlinkauth', { account: name, ...link }, signer)),
      ...lacking.map((link) =>
        action('eosio', 'linkauth', { account: name, ...link, requirement: ORACLE_PERMISSION }, signer),
      ),
    ],
  };
}
