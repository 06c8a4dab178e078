import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { PoolError, sentence } from '../../common/errors.ts';

const name = z.string().regex(/^[.1-5a-z]{1,13}$/, 'must be an account name');

/** Where a chain keeps when a producer claimed last, or what it is owed: the row of the producer in a table of one row a producer. */
const place = z.strictObject({
  code: name,
  scope: z.string().min(1),
  table: z.string().min(1),
  field: z.string().min(1),
});

const claim = z.strictObject({
  code: name,
  action: name,
  /** A claim before that is refused, or not worth its cost. */
  everyHours: z
    .number()
    .positive()
    .max(24 * 30),
  /** Its field is the time of the last claim, as nodeos prints it; `active` the field that says whether the producer is registered. */
  lastClaim: place.extend({ active: z.string().optional() }).optional(),
  /** Its field is an amount ("1.0000 EOS") that waits to be claimed. */
  owed: place.optional(),
});

const profile = z.strictObject({
  name: z.string(),
  claims: z.array(claim.refine(({ lastClaim, owed }) => lastClaim || owed, 'must have lastClaim or owed')).min(1),
});

export type ClaimRule = z.infer<typeof claim>;

/** How a chain pays its producers: which of its actions, how often, and where it shows. */
export type Profile = z.infer<typeof profile>;

/**
 * eosio.system refuses a second claim within a day; what votes earn decays to nothing three days after the last one on chains that have it so.
 * Source: AntelopeIO/reference-contracts, contracts/eosio.system/src/producer_pay.cpp, `claimrewards`.
 */
const CLAIMREWARDS: ClaimRule = {
  code: 'eosio',
  action: 'claimrewards',
  everyHours: 24,
  lastClaim: { code: 'eosio', scope: 'eosio', table: 'producers', field: 'last_claim_time', active: 'is_active' },
};

/** Fees that gather for each producer until it claims them. Source: AntelopeIO/reference-contracts, contracts/eosio.bpay. */
const BPAY: ClaimRule = {
  code: 'eosio.bpay',
  action: 'claimrewards',
  everyHours: 24,
  owed: { code: 'eosio.bpay', scope: 'eosio.bpay', table: 'rewards', field: 'quantity' },
};

/** Chains with the system contract's own way to pay; and with eosio.bpay besides, as EOS (Vaulta) has since 2024. */
export const PROFILES: Record<string, Profile> = {
  eosio: { name: 'eosio', claims: [CLAIMREWARDS] },
  vaulta: { name: 'vaulta', claims: [CLAIMREWARDS, BPAY] },
};

/** A profile by its name, or from a JSON file. Throws PoolError `config` with one sentence. */
export function loadProfile(nameOrFile: string): Profile {
  const known = PROFILES[nameOrFile];
  if (known) return known;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(nameOrFile, 'utf8'));
  } catch (thrown) {
    const names = Object.keys(PROFILES).join(', ');
    throw new PoolError(
      'config',
      `ORACLE_PROFILE is none of ${names} and no JSON file that can be read: ${sentence(thrown)}`,
    );
  }
  const parsed = profile.safeParse(content);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new PoolError('config', `the profile ${nameOrFile} is not right: ${wrong}`);
}
