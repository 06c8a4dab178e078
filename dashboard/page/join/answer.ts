/** `/api/join/config`: what stands in a member's config.ini, with a sentence why. */
export interface ConfigAnswer {
  version: string;
  lines: { line: string; why: string }[];
}

/** `/api/join/ACCOUNT`: how far the account is on its way to its first block. */
export interface CheckAnswer {
  account: string;
  checks: { name: string; state: 'done' | 'waiting' | 'problem'; text: string }[];
}

/** What the form asks for, and what the join action takes from the pool besides. */
export interface Application {
  account: string;
  key: string;
  /** ISO 3166-1 number. */
  location: number;
  url: string;
}
