import type { Action } from '../../common/chain.ts';
import { keyId } from '../../common/keys.ts';
import type { ChainState } from '../state/types.ts';
import { permissionOf, type Step } from './step.ts';

/** "alice@active" of all who sign a step, each once. */
export function signersOf({ actions }: Step): string[] {
  return [...new Set(actions.flatMap(levelsOf))];
}

function levelsOf({ authorization }: Action): string[] {
  return authorization.map(({ actor, permission }) => `${actor}@${permission}`);
}

/** Those who sign a step and cannot, with these keys ("type:hex"): an authority that other accounts have a part in counts by its keys alone. */
export function missingSigners(step: Step, state: ChainState, held: ReadonlySet<string>): string[] {
  return signersOf(step).filter((level) => {
    const [actor = '', permission = ''] = level.split('@');
    const account = state.accounts.get(actor) ?? null;
    const auth = account === null ? undefined : permissionOf(account, permission)?.auth;
    if (auth === undefined) return true;
    const weight = auth.keys.filter(({ key }) => held.has(keyId(key))).reduce((sum, each) => sum + each.weight, 0);
    return weight < auth.threshold;
  });
}
