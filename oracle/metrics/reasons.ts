/** Why a block was refused, in the order of their letters; what the emitter's program says besides is `other`. */
const REASONS = [
  'bad_block_body',
  'bad_block_extension',
  'bad_header_extension',
  'bad_schedule_change',
  'bad_signature',
  'confirms_twice',
  'equivocation',
  'foreign_key',
  'several_signatures',
  'slot_not_after_parent',
  'stale',
  'too_early',
  'too_many',
  'unlinked',
  'wrong_producer',
  'wrong_schedule_version',
  'wrong_transaction_root',
  'other',
] as const;

export type Reason = (typeof REASONS)[number];

const FIRST_LETTER = 'A'.charCodeAt(0);

/** A to R. */
export function letterOf(reason: string | null): string {
  const known = (REASONS as readonly (string | null)[]).indexOf(reason);
  return String.fromCharCode(FIRST_LETTER + (known < 0 ? REASONS.length - 1 : known));
}

/** Null for what is no reason's letter. */
export function reasonOf(letter: string): Reason | null {
  return REASONS[letter.charCodeAt(0) - FIRST_LETTER] ?? null;
}
