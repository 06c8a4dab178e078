import { z } from 'zod';
import type { DecisionEvent } from '../../common/pool-store.ts';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

const decision = z.strictObject({
  ...{ type: z.literal('decision'), at: z.number(), slot: z.int().min(0), id: hex, num: z.int().min(0) },
  ...{
    signer: z.string().max(100),
    member: z.string().max(13).nullable(),
    reason: z.enum(['first', 'extend', 'rescue']),
  },
  ...{ previous: hex, replaces: z.array(hex).max(12), failed: z.string().max(100).optional() },
});

const schema = z.strictObject({
  place: z.int().min(1),
  run: z.string().max(64),
  steps: z.array(z.array(decision).min(1).max(12)).max(64),
});

/** What the holder of a lease tells the others: all that it decided by it so far, so that the next makes good for one that was lost. */
export interface Announcement {
  /** Place of the lease in the stream. */
  place: number;
  /** The run that holds it. */
  run: string;
  /** Emissions in their order: a block each, or the branch of a rescue. At most 64 a lease, 4 kB as a rule. */
  steps: DecisionEvent[][];
}

/** Null for what is no announcement. */
export function parseAnnouncement(text: string): Announcement | null {
  try {
    return schema.parse(JSON.parse(text)) as Announcement;
  } catch {
    return null;
  }
}
