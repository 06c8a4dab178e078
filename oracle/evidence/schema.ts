import { z } from 'zod';
import type { PoolEvent } from '../../common/events.ts';

/** Version of the documents below. What is in them, and what each shows, is in docs/disputes.md. */
export const EVIDENCE_VERSION = 1;

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');
const hex = z.string().regex(/^([0-9a-f]{2})*$/, 'must be hex');
const name = z.string().regex(/^[.1-5a-z]{1,13}$/, 'must be an account name');
const key = z.string().regex(/^\d:[0-9a-f]{2,200}$/, 'must be a key or signature as "type:hex"');
const whole = z.int().nonnegative();

const record = z.strictObject({
  v: whole,
  seq: whole,
  window: whole,
  event: z.custom<PoolEvent>(isEvent, 'must be an event'),
  prev: hex32,
  hash: hex32,
});

/** A record in its place in a log: the path leads from it to the window's root. */
const place = z.strictObject({ record, path: z.array(z.string()).max(64) });

/** A window in one emitter's log: the account and key of the emitter, the root over the records, and its signature. */
const log = z.strictObject({ emitter: name, key, root: hex32, signature: key });

const head = { v: z.literal(EVIDENCE_VERSION), chain: hex32, pool: name, window: whole };

const receipt = z.strictObject({
  slot: whole,
  id: hex32,
  signer: key,
  arrivedAt: whole,
  via: z.string().max(32).optional(),
  signature: key,
});

/** What the contract's action `report` carried, but for who sent it. */
const reported = z.strictObject({
  window: whole,
  eligible: hex,
  metrics: hex,
  metrics_hash: hex32,
  log_root: hex32,
  strategy: z.string().max(32),
  version: z.string().max(32),
});

/** A report as it stands on the chain. */
const filed = z.strictObject({ oracle: name, block: whole, trx: hex32, data: reported });

/** leak: on the chain and let out by nobody; orphan: let out, not on the chain, and no record says why. `header`: packed, '' when it is not known. */
const block = z.strictObject({
  ...head,
  kind: z.enum(['leak', 'orphan']),
  block: z.strictObject({ slot: whole, num: whole, id: hex32, header: hex }),
  logs: z.array(z.strictObject({ ...log.shape, places: z.array(place).max(8) })).min(1),
});

/** An emitter gave receipts for candidates that its log does not have; `end`: the log's closing record of the window. */
const omission = z.strictObject({
  ...head,
  kind: z.literal('omission'),
  log: z.strictObject({ ...log.shape, end: place }),
  receipts: z.array(receipt).min(1).max(1000),
});

/** Another oracle's report, and the one that follows from these logs; `differs`: the first place in which they do. */
const report = z.strictObject({
  ...head,
  kind: z.literal('report'),
  theirs: filed,
  ours: reported,
  /** Of `ours`, as the contract makes it. */
  hash: hex32,
  differs: z.string().max(400),
  logs: z.array(log).min(1),
});

/** A member's receipts against the report that a window was settled with; `report` null: it was not found on the chain. */
const dispute = z.strictObject({
  ...head,
  kind: z.literal('dispute'),
  member: name,
  receipts: z
    .array(z.strictObject({ ...receipt.shape, emitter: key }))
    .min(1)
    .max(1000),
  report: filed.nullable(),
});

export const evidenceSchema = z.discriminatedUnion('kind', [block, omission, report, dispute]);

export type EvidenceDocument = z.infer<typeof evidenceSchema>;
export type BlockEvidence = z.infer<typeof block>;
export type OmissionEvidence = z.infer<typeof omission>;
export type ReportEvidence = z.infer<typeof report>;
export type DisputeEvidence = z.infer<typeof dispute>;
export type SignedWindow = z.infer<typeof log>;
export type Filed = z.infer<typeof filed>;
export type Reported = z.infer<typeof reported>;
export type ReceiptGiven = z.infer<typeof receipt> & { emitter: string };
export type Place = z.infer<typeof place>;

/** That and no more: what a record says is bound by its hash, and whoever wrote it may be hostile. */
function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
