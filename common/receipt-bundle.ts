import { z } from 'zod';
import { receiptSchema } from './agent.ts';
import { canonicalJson, sha256 } from './canonical.ts';
import type { LogIdentity } from './log-proof.ts';
import { receiptDigest } from './log-proof.ts';
import { isSignedBy, type SigningKey, signText } from './signature.ts';
import { windowOf } from './slot.ts';

/** 12 slots from 21 emitters, and some blocks more in each. */
const MOST_RECEIPTS = 1000;

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');

/**
 * What a member hands over: the receipts that it has of a window, with its signature over all of them, so that nobody else can file them in its name. Canonical JSON
 * on one line; docs/disputes.md shows one.
 */
export const bundleSchema = z.strictObject({
  v: z.literal(1),
  kind: z.literal('receipts'),
  chain: hex32,
  /** The pool's producer account. */
  pool: z.string().max(13),
  window: z.int().nonnegative(),
  /** The member's signing key, "type:hex". */
  signer: z.string().max(80),
  receipts: z.array(receiptSchema.strict()).max(MOST_RECEIPTS),
  signature: z.string().max(200),
});
export type ReceiptBundle = z.infer<typeof bundleSchema>;
export type GivenReceipt = ReceiptBundle['receipts'][number];

/** More than so many receipts take. */
export const BUNDLE_BYTES = 1024 * 1024;

/** Makes a window's bundle; the order of the receipts plays no part. */
export function signBundle(
  { chain, pool }: LogIdentity,
  window: number,
  receipts: GivenReceipt[],
  key: SigningKey,
): ReceiptBundle {
  const sorted = [...receipts].sort(byPlace).slice(0, MOST_RECEIPTS);
  const body = { v: 1, kind: 'receipts', chain, pool, window, signer: key.id, receipts: sorted } as const;
  return { ...body, signature: signText(bundleDigest(body), key) };
}

export function bundleText(bundle: ReceiptBundle): string {
  return `${canonicalJson(bundle)}\n`;
}

/** The bundle in a text, or why it is none, one clause. Any text gives an answer. */
export function parseBundle(text: string): ReceiptBundle | { why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { why: 'it is no JSON' };
  }
  const parsed = bundleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return { why: `it is no bundle of receipts: ${issue?.path.join('.') || 'it'}: ${issue?.message}` };
}

/** Why a bundle is not this pool's, chain's, window's and a member's own, one clause; null when it is. `members`: key → account. */
export function bundleProblem(
  bundle: ReceiptBundle,
  { chain, pool }: LogIdentity,
  window: number,
  members: Map<string, string>,
): string | null {
  const { signature, ...body } = bundle;
  if (bundle.chain !== chain) return `it is for the chain ${bundle.chain}, and this one is ${chain}`;
  if (bundle.pool !== pool) return `it is for the pool ${bundle.pool}, and this one is ${pool}`;
  if (bundle.window !== window) return `it is for window ${bundle.window}, and not for ${window}`;
  if (!members.has(bundle.signer)) return `${bundle.signer} never was a member's key`;
  return isSignedBy(bundleDigest(body), signature, bundle.signer) ? null : `its signature is not by ${bundle.signer}`;
}

/** Why a receipt proves nothing about a member's candidate in a window, one clause; null when it does. `emitters`: keys that the contract names. */
export function receiptProblem(
  receipt: GivenReceipt,
  { chain, pool }: LogIdentity,
  window: number,
  emitters: string[],
): string | null {
  if (windowOf(receipt.slot) !== window) return `slot ${receipt.slot} is not in window ${window}`;
  if (!emitters.includes(receipt.emitter)) return `the contract names no emitter with the key ${receipt.emitter}`;
  const digest = receiptDigest({ chain, pool }, receipt);
  return isSignedBy(digest, receipt.signature, receipt.emitter) ? null : `its signature is not by ${receipt.emitter}`;
}

/** By slot, block, emitter and time. */
export function byPlace(a: GivenReceipt, b: GivenReceipt): number {
  const place = ({ slot, id, emitter, arrivedAt }: GivenReceipt) =>
    `${String(slot).padStart(16)} ${id} ${emitter} ${arrivedAt}`;
  return place(a) < place(b) ? -1 : 1;
}

function bundleDigest(body: Omit<ReceiptBundle, 'signature'>): Buffer {
  return sha256(canonicalJson(['bppool.receipts.v1', body]));
}
