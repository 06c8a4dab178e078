/** Something in a member's configuration, or about its node, that a person should know. */
export interface Finding {
  /** wrong: it does not work, or endangers the pool. risky: it works, and should be otherwise. */
  severity: 'wrong' | 'risky';
  /** Of the configuration file, from 1; null for what is missing there, and for the running node. */
  line: number | null;
  /** One sentence: what, and why. */
  says: string;
  /** The line as it should be, or what to do. */
  right: string | null;
}

export function wrong(line: number | null, says: string, right: string | null = null): Finding {
  return { severity: 'wrong', line, says, right };
}

export function risky(line: number | null, says: string, right: string | null = null): Finding {
  return { severity: 'risky', line, says, right };
}
