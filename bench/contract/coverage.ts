import { PoolError } from '../../common/errors.ts';
import { actionOf, type Block, measuredIn } from './stage.ts';

/** The part of an ABI that is read here. */
export interface Abi {
  actions: { name: string }[];
}

/** What a proposal of these kinds is made by, besides the actions that begin with prop. */
const OTHER_KINDS = ['appeal'];

/** The actions of the ABI that no block measures, and the kinds of proposals whose execution none measures, by their lines' names. */
export function unmeasured(abi: Abi, blocks: Block[]): string[] {
  const measured = measuredIn(blocks);
  const sent = new Set(measured.map(actionOf));
  const lines = new Set(measured.map(({ name }) => name));
  const actions = abi.actions.map(({ name }) => name);
  const kinds = actions.flatMap((name) => /^prop(\w+)$/.exec(name)?.[1] ?? []);
  const executions = [...kinds, ...OTHER_KINDS].map((kind) => `execute ${kind}`);
  return [...actions.filter((name) => !sent.has(name)), ...executions.filter((name) => !lines.has(name))];
}

/** Throws PoolError `unmeasured` when an action of the contract has no line in the table. */
export function requireAllMeasured(abi: Abi, blocks: Block[]): void {
  const missing = unmeasured(abi, blocks);
  if (missing.length === 0) return;
  const text = `the benchmark does not measure ${missing.join(', ')}: every action of the ABI needs a line in bench/contract/actions`;
  throw new PoolError('unmeasured', text, { missing });
}
