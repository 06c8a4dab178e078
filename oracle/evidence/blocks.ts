import { sha256 } from '../../common/canonical.ts';
import type { EventRecord, PoolEvent } from '../../common/events.ts';
import { placeOf } from './place.ts';
import { type BlockEvidence, EVIDENCE_VERSION, type SignedWindow } from './schema.ts';

/** A window's log whose root its emitter signed. */
export interface SignedLog {
  signed: SignedWindow;
  records: EventRecord[];
}

export interface WindowIdentity {
  chain: string;
  pool: string;
  window: number;
}

/**
 * A block of whom something is to be shown; `header`: packed, '' when the node does not give it. Of one with extensions it must be '', for not every kind of node can give
 * it, and all oracles need the same: then only what logs have counts.
 */
export interface OddBlock {
  kind: BlockEvidence['kind'];
  slot: number;
  num: number;
  id: string;
  header: string;
}

/** Emitted, not on the final chain, and named by no rescue: which they are, by slot. */
export function findOrphans(logs: EventRecord[][], onChain: Set<string>): Omit<OddBlock, 'header'>[] {
  const named = new Set<string>();
  const emitted = new Map<string, number>();
  for (const { event } of logs.flat()) {
    if (event.type === 'emission' && !onChain.has(event.id)) emitted.set(event.id, event.slot);
    else for (const id of replacedBy(event)) named.add(id);
  }
  const found = new Map<string, Omit<OddBlock, 'header'>>();
  for (const [id, slot] of emitted) {
    // A block's number is its id's first four bytes.
    if (!named.has(id) && isId(id))
      found.set(id, { kind: 'orphan', slot, num: Number.parseInt(id.slice(0, 8), 16), id });
  }
  return [...found.values()].sort((a, b) => a.slot - b.slot || (a.id < b.id ? -1 : 1));
}

/**
 * What all logs of a window have of a block, each in its place, in one document. The same logs give the same bytes, in whichever order: so it has nothing
 * that differs from node to node, such as the signature under which a block is on the chain, of which there can be several.
 */
export function blockEvidence(of: WindowIdentity, odd: OddBlock, logs: SignedLog[]): BlockEvidence {
  const { kind, slot, num, id } = odd;
  const header = [odd.header, ...logs.flatMap(({ records }) => headersIn(records, id))].find((each) =>
    isHeaderOf(each, id),
  );
  const entries = logs.map(({ signed, records }) => ({ ...signed, places: placesOf(id, header ?? '', records) }));
  return {
    ...{ v: EVIDENCE_VERSION, kind, ...of, block: { slot, num, id, header: header ?? '' } },
    logs: entries.sort((a, b) => (a.root + a.key < b.root + b.key ? -1 : 1)),
  };
}

/** The first record of each kind about a block; and of another candidate on the same parent, from which its signer can be recovered. */
export function placesOf(id: string, header: string, records: EventRecord[]): BlockEvidence['logs'][number]['places'] {
  const about = ABOUT.map((kind) => records.find(({ event }) => event.type === kind && event.id === id));
  // Where a packed header has the id of its parent.
  const previous = header.slice(28, 92);
  const beside = records.find(({ event }) => previous !== '' && isOn(event, previous, id));
  return [...about, beside].flatMap((record) => (record ? [placeOf(record, records)] : []));
}

const ABOUT = ['candidate', 'decision', 'emission', 'leak'] as const;

/** An id is the sha256 of the header, but for its first four bytes. */
export function isHeaderOf(header: unknown, id: string): header is string {
  if (typeof header !== 'string' || !/^([0-9a-f]{2})+$/.test(header)) return false;
  return sha256(Buffer.from(header, 'hex')).toString('hex').slice(8) === id.slice(8);
}

function isId(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function isOn(event: PoolEvent, previous: string, id: string): boolean {
  return event.type === 'candidate' && event.previous === previous && event.id !== id && Boolean(event.evidence);
}

/** Whoever wrote the log may be hostile: what is here can be of any form. */
function headersIn(records: EventRecord[], id: string): unknown[] {
  return records.flatMap(({ event }) => {
    if (event.type === 'leak' && event.id === id) return [event.header];
    return event.type === 'candidate' && event.id === id ? [event.evidence?.header] : [];
  });
}

function replacedBy(event: PoolEvent): string[] {
  if (event.type === 'decision') return event.replaces;
  return event.type === 'rescue' ? event.replaced : NONE;
}

const NONE: string[] = [];

/** Emitters that have a record of this kind about the block. */
export function emittersWith({ block, logs }: BlockEvidence, type: 'candidate' | 'emission' | 'decision'): string[] {
  return logs
    .filter(({ places }) => places.some(({ record: { event } }) => event.type === type && event.id === block.id))
    .map(({ emitter }) => emitter);
}
