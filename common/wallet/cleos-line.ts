/** One action as a person pushes it. */
export interface PushedBy {
  account: string;
  name: string;
  /** By name, or a list in the order of the ABI. 64-bit numbers as text. */
  data: object;
  actor: string;
  /** `active` when left out. */
  permission?: string;
}

/** Characters that mean nothing to a shell, wherever they stand. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word for a POSIX shell: as it is, or between single quotes, so that nothing in it is expanded. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : shellQuoted(text);
}

/** A text between single quotes; one in it ends them, stands escaped, and begins them again. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The line for a shell that pushes one action with cleos through the node at `api`. */
export function cleosLine(api: string, { account, name, data, actor, permission = 'active' }: PushedBy): string {
  const json = shellQuoted(JSON.stringify(data));
  return `cleos -u ${shellWord(api)} push action ${account} ${name} ${json} -p ${actor}@${permission}`;
}
