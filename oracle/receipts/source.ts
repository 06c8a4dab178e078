import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readBody } from '../../common/bounded-fetch.ts';
import { PoolError, sentence } from '../../common/errors.ts';
import type { LogIdentity } from '../../common/log-proof.ts';
import {
  BUNDLE_BYTES,
  bundleProblem,
  byPlace,
  type GivenReceipt,
  parseBundle,
  receiptProblem,
} from '../../common/receipt-bundle.ts';

/** A member's page that does not answer must not keep a window from its report. */
const FETCH_MS = 3000;

export interface KnownKeys {
  identity: LogIdentity;
  /** Of emitters that the contract names, "type:hex". */
  emitters: string[];
  /** Every signing key → member. */
  members: Map<string, string>;
}

export interface WindowReceipts {
  /** Each once, by slot. */
  receipts: GivenReceipt[];
  /** What was there and proves nothing: where, and one clause why. */
  refused: { where: string; why: string }[];
}

/** The members' receipts of a window, each place's in its file WINDOW.json. `places`: folders, or addresses that begin with http. Never rejects. */
export async function readReceipts(places: string[], window: number, known: KnownKeys): Promise<WindowReceipts> {
  const read = await Promise.all(places.map((place) => readOne(place, window, known)));
  const refused = read.flatMap((each) => each.refused);
  const all = read.flatMap((each) => each.receipts).sort(byPlace);
  const different = new Map(all.map((receipt) => [keyOf(receipt), receipt]));
  return { receipts: [...different.values()], refused };
}

async function readOne(place: string, window: number, known: KnownKeys): Promise<WindowReceipts> {
  const where = isAddress(place) ? `${place.replace(/\/$/, '')}/${window}.json` : path.join(place, `${window}.json`);
  try {
    const text = await (isAddress(place) ? fetched(where) : contents(where));
    return text === null ? { receipts: [], refused: [] } : checkBundle(text, where, window, known);
  } catch (thrown) {
    return { receipts: [], refused: [{ where, why: sentence(thrown) }] };
  }
}

/** What of a bundle counts. */
export function checkBundle(text: string, where: string, window: number, known: KnownKeys): WindowReceipts {
  const bundle = parseBundle(text);
  if ('why' in bundle) return { receipts: [], refused: [{ where, why: bundle.why }] };
  const problem = bundleProblem(bundle, known.identity, window, known.members);
  if (problem !== null) return { receipts: [], refused: [{ where, why: problem }] };
  const receipts: GivenReceipt[] = [];
  const refused: WindowReceipts['refused'] = [];
  for (const receipt of bundle.receipts) {
    const why = whyNot(receipt, bundle.signer, window, known);
    if (why === null) receipts.push(receipt);
    else refused.push({ where, why: `slot ${receipt.slot}: ${why}` });
  }
  return { receipts, refused };
}

function whyNot(receipt: GivenReceipt, signer: string, window: number, { identity, emitters }: KnownKeys) {
  if (receipt.signer !== signer) return "it is for a candidate of another's key";
  return receiptProblem(receipt, identity, window, emitters);
}

/** Null: there is none of this window. */
async function contents(file: string): Promise<string | null> {
  try {
    const { size } = await stat(file);
    if (size > BUNDLE_BYTES) throw tooLong();
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw thrown;
  }
}

async function fetched(url: string): Promise<string | null> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' });
  if (response.status === 404) return null;
  if (!response.ok || !response.body) throw new PoolError('receipts', `it answers ${response.status}`);
  return readBody(response, BUNDLE_BYTES).catch((thrown) => {
    throw thrown instanceof PoolError ? tooLong() : thrown;
  });
}

function tooLong(): PoolError {
  return new PoolError('receipts', `it is longer than a bundle can be (${BUNDLE_BYTES} bytes)`);
}

function isAddress(place: string): boolean {
  return /^https?:\/\//.test(place);
}

function keyOf({ emitter, slot, id, signer }: GivenReceipt): string {
  return `${emitter} ${slot} ${id} ${signer}`;
}
