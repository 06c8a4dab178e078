import { z } from 'zod';
import type { EventRecord } from '../../common/events.ts';

const text = z.string();
const texts = z.array(text);
const whole = z.int();
const signer = text.nullable();
const block = { at: whole, slot: whole, id: text };

/** What is read of each kind of event, and no more: a log that verifies can still come from an emitter that writes what it likes. */
const FORMS: Record<string, z.ZodType> = {
  candidate: z.object({ ...block, signer, verdict: z.enum(['valid', 'late', 'invalid']) }),
  decision: z.object({ ...block, signer: text, replaces: texts }),
  emission: z.object({ ...block, signer: text }),
  rescue: z.object({ path: texts, replaced: texts }),
  standby: z.object({ slot: whole, signer: text }),
  leak: z.object({ id: text }),
  lead: z.object({ at: whole, signer: text }),
  input: z.object({ at: whole, input: z.looseObject({}) }),
  // The contract takes 1 to 32 bytes.
  window: z.object({ strategy: z.string().regex(/^[!-~]{1,32}$/), mode: z.literal('standby').optional() }),
};

/** The first of these records that has not the form of its kind; null when all have it. */
export function formless(records: EventRecord[]): EventRecord | null {
  return records.find(({ event }) => FORMS[event.type]?.safeParse(event).success === false) ?? null;
}
