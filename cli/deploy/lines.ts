import { cleosLine, shellQuoted, shellWord } from '../../common/wallet/cleos-line.ts';
import type { Step } from '../../deploy/plan/step.ts';

/** Longer words no shell takes (128 KiB on Linux); a contract's code would be one. */
const LONGEST = 100_000;

/** What somebody types who signs a step without this program, a line each. `api`: of the node that it goes to. */
export function stepLines(api: string, { actions, lines, about }: Step): string[] {
  if (lines !== undefined)
    return lines.map((line) =>
      line.replace(/^cleos /, `cleos -u ${shellWord(api)} `).replace(/ --api URL\b/, ` --api ${shellWord(api)}`),
    );
  const [first, ...more] = actions;
  if (first === undefined) return [];
  const [{ actor, permission } = { actor: '', permission: 'active' }] = first.authorization;
  const parts = { account: first.account, name: first.name, data: first.data as object, actor, permission };
  // Those of one step belong together: the node takes all of them or none.
  const whole = shellQuoted(JSON.stringify({ actions }));
  const line = more.length === 0 ? cleosLine(api, parts) : `cleos -u ${shellWord(api)} push transaction ${whole}`;
  return line.length > LONGEST ? [`# ${about}: too long for a line, use ./pool deploy apply`] : [line];
}
