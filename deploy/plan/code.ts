import type { Action } from '../../common/chain.ts';
import { shortHash } from '../words.ts';
import { FREE, type Given, isLive, type Step } from './step.ts';

const NO_CODE = '0'.repeat(64);

/** What is wrong with the contract account's code, and the actions that mend it in the name of its owner; null when it is right. */
export function codeChange({
  deployment,
  state,
  code,
}: Given): { is: string; shall: string; actions: Action[] } | null {
  const { account } = deployment.dac;
  const known = state.accounts.get(account) ?? null;
  const codeIs = known?.codeHash ?? NO_CODE;
  const isRight = codeIs === code.hash;
  if (isRight && known?.abiHash === code.abiHash) return null;
  if (isRight) {
    const is = known?.abiHash ? `another ABI (sha256 ${shortHash(known.abiHash)})` : 'the code without an ABI';
    return { is, shall: `ABI ${shortHash(code.abiHash)}`, actions: code.put(account, 'abi') };
  }
  const is = codeIs === NO_CODE ? 'no code' : `code with sha256 ${codeIs}`;
  return { is, shall: `code with sha256 ${code.hash}`, actions: code.put(account, 'both') };
}

/** While the account's key can do it; after the hand-over members vote on it. */
export function codeSteps(given: Given): Step[] {
  const change = isLive(given.state) ? null : codeChange(given);
  if (change === null) return [];
  const { account } = given.deployment.dac;
  const at = given.code.path.lastIndexOf('/');
  const [folder, file] =
    at < 0 ? ['.', given.code.path] : [given.code.path.slice(0, at), given.code.path.slice(at + 1)];
  const lines = [`cleos set contract ${account} ${folder} ${file}.wasm ${file}.abi -p ${account}@owner`];
  const needs = [`account:${account}`, `ram:${account}`];
  return [{ id: `code:${account}`, about: `code of ${account}`, ...change, cost: FREE, needs, lines }];
}
