import { PoolError } from '../common/errors.ts';

export interface Abi {
  version: string;
  types: { new_type_name: string; type: string }[];
  structs: { name: string; base: string; fields: { name: string; type: string }[] }[];
  actions: { name: string; type: string; ricardian_contract: string }[];
  tables: { name: string; type: string; index_type: string; key_names: string[]; key_types: string[] }[];
  ricardian_clauses: { id: string; body: string }[];
  variants: { name: string; types: string[] }[];
  action_results: { name: string; result_type: string }[];
  error_messages: unknown[];
  abi_extensions: unknown[];
}

const BUILT_IN = new Set(
  (
    'bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 int128 uint128 varint32 varuint32 float32 float64 float128 ' +
    'time_point time_point_sec block_timestamp_type name bytes string checksum160 checksum256 checksum512 public_key ' +
    'signature symbol symbol_code asset extended_asset'
  ).split(' '),
);

const NAME = /^[.1-5a-z]{1,12}[.1-5a-j]?$/;

/**
 * Repairs what proton-asc writes: struct and variant definitions once each, the given result types for actions that
 * return a struct (it leaves those empty), and no type that nothing refers to.
 */
export function patchAbi(abi: Abi, results: Record<string, string> = {}): Abi {
  const patched: Abi = {
    ...abi,
    structs: once(abi.structs, (struct) => struct.name),
    variants: once(abi.variants, (variant) => variant.name),
    action_results: abi.action_results.map((r) => ({ ...r, result_type: results[r.name] ?? r.result_type })),
  };
  const used = reachable(patched);
  patched.structs = patched.structs.filter((struct) => used.has(struct.name));
  patched.variants = patched.variants.filter((variant) => used.has(variant.name));
  return patched;
}

/** Throws PoolError `abi` naming every fault: such an ABI can make nodeos exit on get_table_rows. */
export function validateAbi(abi: Abi): void {
  const faults = abiFaults(abi);
  if (faults.length > 0) throw new PoolError('abi', `the ABI is faulty: ${faults.join('; ')}`, { faults });
}

export function abiFaults(abi: Abi): string[] {
  const faults: string[] = [];
  const known = new Set<string>(BUILT_IN);
  for (const name of [
    ...abi.types.map((t) => t.new_type_name),
    ...abi.structs.map((s) => s.name),
    ...abi.variants.map((v) => v.name),
  ]) {
    if (known.has(name)) faults.push(`type ${name} is defined twice`);
    known.add(name);
  }
  const need = (type: string, where: string) => {
    if (!known.has(bare(type))) faults.push(`${where} has the unknown type "${type}"`);
  };
  for (const type of abi.types) need(type.type, `type ${type.new_type_name}`);
  for (const struct of abi.structs) {
    if (struct.base) need(struct.base, `the base of ${struct.name}`);
    for (const field of struct.fields) need(field.type, `${struct.name}.${field.name}`);
  }
  for (const variant of abi.variants) for (const type of variant.types) need(type, `variant ${variant.name}`);
  for (const action of abi.actions) {
    need(action.type, `action ${action.name}`);
    if (!NAME.test(action.name)) faults.push(`action "${action.name}" has no valid name`);
  }
  for (const table of abi.tables) {
    need(table.type, `table ${table.name}`);
    if (!NAME.test(table.name)) faults.push(`table "${table.name}" has no valid name`);
  }
  const actions = new Set(abi.actions.map((action) => action.name));
  for (const result of abi.action_results) {
    need(result.result_type, `the result of ${result.name}`);
    if (!actions.has(result.name)) faults.push(`a result is given for ${result.name}, which is no action`);
  }
  return faults;
}

/**
 * Puts the words to the actions; throws PoolError `ricardian` for an action without words, words without action, or words
 * with a field that the action does not have.
 */
export function addRicardian(abi: Abi, words: Record<string, string>, clauses: Abi['ricardian_clauses']): Abi {
  const actions = abi.actions.map((action) => action.name);
  const silent = actions.filter((name) => !words[name]);
  const idle = Object.keys(words).filter((name) => !actions.includes(name));
  const wrong = abi.actions.flatMap(({ name, type }) =>
    unknownFields(abi, type, words[name] ?? '').map(
      (field) => `the words of ${name} have {{${field}}}, which is no field`,
    ),
  );
  if (silent.length + idle.length + wrong.length > 0) {
    const parts = [
      ...wrong,
      ...silent.map((name) => `action ${name} has no ricardian text`),
      ...idle.map((name) => `there is ricardian text for ${name}, which is no action`),
    ];
    throw new PoolError('ricardian', parts.join('; '));
  }
  return {
    ...abi,
    actions: abi.actions.map((action) => ({ ...action, ricardian_contract: words[action.name] ?? '' })),
    ricardian_clauses: clauses,
  };
}

function unknownFields(abi: Abi, type: string, words: string): string[] {
  const known = new Set(abi.structs.find((struct) => struct.name === type)?.fields.map((field) => field.name));
  const used = [...words.matchAll(/\{\{\s*([^}]*?)\s*\}\}/g)].map((match) => match[1] ?? '');
  return [...new Set(used)].filter((field) => !known.has(field));
}

function bare(type: string): string {
  return type.replace(/(\[\]|\?|\$)+$/, '');
}

function once<T>(items: T[], name: (item: T) => string): T[] {
  const seen = new Set<string>();
  return items.filter((item) => !seen.has(name(item)) && seen.add(name(item)));
}

/** Names of all types that an action, a table or a result leads to. */
function reachable(abi: Abi): Set<string> {
  const used = new Set<string>();
  const visit = (type: string) => {
    const name = bare(type);
    if (used.has(name)) return;
    used.add(name);
    for (const alias of abi.types) if (alias.new_type_name === name) visit(alias.type);
    for (const variant of abi.variants) if (variant.name === name) variant.types.forEach(visit);
    for (const struct of abi.structs) {
      if (struct.name !== name) continue;
      if (struct.base) visit(struct.base);
      for (const field of struct.fields) visit(field.type);
    }
  };
  for (const action of abi.actions) visit(action.type);
  for (const table of abi.tables) visit(table.type);
  for (const result of abi.action_results) visit(result.result_type);
  return used;
}
