import type { EventRecord, PoolEvent } from '../../common/events.ts';

type Value = unknown;
type Fields = Record<string, (value: Value) => boolean>;

const text = (value: Value) => typeof value === 'string';
const whole = (value: Value) => Number.isSafeInteger(value);
const texts = (value: Value) => Array.isArray(value) && value.every(text);
const orNull = (is: (value: Value) => boolean) => (value: Value) => value === null || is(value);
const isObject = (value: Value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const VERDICTS = new Set<Value>(['valid', 'late', 'invalid']);
const verdict = (value: Value) => VERDICTS.has(value);
/** The contract takes 1 to 32 bytes. */
const label = (value: Value) => typeof value === 'string' && /^[!-~]{1,32}$/.test(value);
const mode = (value: Value) => value === undefined || value === 'standby';

const block = { at: whole, slot: whole, id: text };
const load = { transactions: whole, bytes: whole, cpuUs: whole };

/**
 * What is read of each kind of event, and no more: a log that verifies can still come from an emitter that writes what it likes. Looked
 * at by hand, for a day of a busy pool has a million of them.
 */
const FORMS: { [kind in PoolEvent['type']]?: Fields } = {
  candidate: { ...block, ...load, signer: orNull(text), verdict, reason: orNull(text), evidence: orNull(isObject) },
  decision: { ...block, signer: text, replaces: texts },
  emission: { ...block, signer: text, addedUs: whole },
  rescue: { path: texts, replaced: texts },
  standby: { slot: whole, signer: text },
  leak: { id: text },
  lead: { at: whole, signer: text },
  input: { at: whole, input: isObject },
  window: { strategy: label, mode },
};
const CHECKS = new Map(Object.entries(FORMS).map(([kind, fields]) => [kind, Object.entries(fields)]));

/** The first of these records that has not the form of its kind; null when all have it. */
export function formless(records: EventRecord[]): EventRecord | null {
  return records.find(({ event }) => !isOfForm(event)) ?? null;
}

function isOfForm(event: PoolEvent): boolean {
  const fields = event as unknown as Record<string, Value>;
  return (CHECKS.get(event.type) ?? []).every(([name, is]) => is(fields[name]));
}
