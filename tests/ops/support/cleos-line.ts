import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../../devnet/tools.ts';

interface Abi {
  actions: { name: string; type: string }[];
  tables: { name: string }[];
  structs: { name: string; fields: { name: string }[] }[];
}

/** Verbs of cleos that documents use, with how many words each has. */
const VERBS = [
  ...['get info', 'get table', 'get account', 'get code', 'get schedule', 'get block', 'get currency'],
  ...['push action', 'create key', 'set contract', 'set account permission', 'set action permission', 'transfer'],
  ...['multisig propose_trx', 'multisig exec', 'system delegatebw', 'system buyram'],
];
/** The pool's contract in examples. */
const CONTRACT = 'pooldac';

const abi = JSON.parse(readFileSync(path.join(ROOT, 'contracts/target/pool.abi'), 'utf8')) as Abi;

function fieldsOf(action: string): string[] | null {
  const type = abi.actions.find(({ name }) => name === action)?.type;
  return abi.structs.find(({ name }) => name === type)?.fields.map(({ name }) => name) ?? null;
}

/** What is wrong with a line of cleos in its words, or null: its verb, and what it says to the pool's contract, compared with the ABI. */
export function cleosProblem(words: readonly string[]): string | null {
  const rest = words.slice(1);
  while (rest[0]?.startsWith('-')) rest.splice(0, /^(-u|--url|--wallet-url)$/.test(rest[0]) ? 2 : 1);
  const verb = VERBS.find((each) => each.split(' ').every((word, i) => rest[i] === word));
  if (!verb) return `cleos has no "${rest.slice(0, 2).join(' ')}"`;
  const [first, second, third, fourth] = rest.slice(verb.split(' ').length);
  if (verb === 'push action' && first === CONTRACT) return dataProblem(second ?? '', third ?? '');
  if (verb === 'get table' && first === CONTRACT)
    return abi.tables.some(({ name }) => name === third) ? null : `the contract has no table ${third}`;
  if (verb === 'set action permission' && second === CONTRACT)
    return fieldsOf(third ?? '') && fourth ? null : `the contract has no action ${third}`;
  return null;
}

function dataProblem(action: string, data: string): string | null {
  const fields = fieldsOf(action);
  if (!fields) return `the contract has no action ${action}`;
  if (/…/.test(data)) return null;
  let given: unknown;
  try {
    // What stands for a number.
    given = JSON.parse(data.replace(/([[,]\s*)\$\w+/g, '$10'));
  } catch {
    return `${action}: ${data} is no JSON`;
  }
  const names = Array.isArray(given)
    ? given.map((_, i) => fields[i] ?? `the ${i + 1}th`)
    : Object.keys(given as object);
  const wrong = names.filter((name) => !fields.includes(name)).concat(fields.filter((name) => !names.includes(name)));
  return wrong.length === 0 ? null : `${action} takes ${fields.join(', ')}: ${wrong.join(', ')} is too much or missing`;
}
