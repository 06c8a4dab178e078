import type { DatabaseSync } from 'node:sqlite';
import type { ClaimRule, Profile } from './profile.ts';

/** A row of the contract's table `claims`: an action by which the chain pays the producer. */
export interface ClaimRow {
  id: number;
  code: string;
  name: string;
}

/** How one of the claims stands. */
export interface ClaimState extends ClaimRow {
  everyMs: number;
  /** In ms since 1970; null when the producer is not registered, or nothing was ever claimed that way. */
  lastClaim: number | null;
  /** What waits to be claimed, in the token's smallest unit; null where the chain does not show it. */
  owed: bigint | null;
}

/** A minute on top of what the chain asks for, so that no try is wasted. */
const MARGIN_MS = 60_000;

/** The rule of the profile for a claim; one that the profile does not know is tried daily together with the first. */
export function ruleOf(profile: Profile, { code, name }: ClaimRow): ClaimRule | null {
  return profile.claims.find((rule) => rule.code === code && rule.action === name) ?? null;
}

export function everyMs(rule: ClaimRule): number {
  return rule.everyHours * 3_600_000 + MARGIN_MS;
}

/** Ways to pay of the profile that the contract does not claim: income that nobody gets. */
export function unclaimed(profile: Profile, rows: ClaimRow[]): string[] {
  const missing = profile.claims.filter(
    (rule) => !rows.some((row) => row.code === rule.code && row.name === rule.action),
  );
  return missing.map(({ code, action }) => `${code}::${action}`);
}

export function isDue({ lastClaim, owed, everyMs }: ClaimState, now: number): boolean {
  if (owed !== null) return owed > 0n && (lastClaim === null || now - lastClaim >= everyMs);
  return lastClaim !== null && now - lastClaim >= everyMs;
}

export const CLAIMS_SCHEMA = `
CREATE TABLE IF NOT EXISTS claims (id INTEGER PRIMARY KEY, owed TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
`;

/** When claims were made of which the chain shows no time: whoever made them, what is owed became less. In the oracle's journal. */
export class ClaimTimes {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** Notes what is owed now; gives the time of the last claim, in ms, at first the time of the first look. */
  seen(id: number, owed: bigint, now: number): number {
    const row = this.db.prepare('SELECT owed, at FROM claims WHERE id = ?').get(id) as
      | { owed: string; at: number }
      | undefined;
    const at = row === undefined || owed < BigInt(row.owed) ? now : row.at;
    if (row?.at !== at || row.owed !== String(owed)) {
      this.db.prepare('INSERT OR REPLACE INTO claims (id, owed, at) VALUES (?, ?, ?)').run(id, String(owed), at);
    }
    return at;
  }
}
