import { sha256 } from '../../common/canonical.ts';
import type { PoolEvent } from '../../common/events.ts';
import { recoverKey } from '../../common/signature.ts';
import type { BlockEvidence } from './schema.ts';

/** What the signatures of a block are recovered with: root over all ids before it, pending schedule hash; in hex. */
interface Context {
  root: string;
  schedule: string;
}

/**
 * Who signed a block by its evidence: the keys that signatures over its header recover to, among those that members ever used. A context or a signature that
 * somebody made up recovers to a key that is nobody's. Empty when the records do not show it; several when more than one member signed the same empty block.
 * @param signatures more of them, "type:hex": the one that the block has on the chain
 * @param keys the contract's, "type:hex" → member
 */
export function signersOf(evidence: BlockEvidence, signatures: string[], keys: Map<string, string>): string[] {
  const { id, header } = evidence.block;
  if (header === '') return [];
  const digest = sha256(Buffer.from(header, 'hex'));
  const places = evidence.logs.flatMap((log) => log.places).map(({ record }) => record.event);
  const seen = places.flatMap((event) => (event.type === 'leak' && event.id === id ? [event.signature] : []));
  const found = new Set<string>();
  for (const { root, schedule } of places.flatMap(contextOf)) {
    const signed = sha256(sha256(digest, Buffer.from(root, 'hex')), Buffer.from(schedule, 'hex'));
    for (const signature of [...seen, ...signatures]) {
      const key = keyOf(signed, signature);
      if (key !== null && keys.has(key)) found.add(key);
    }
  }
  return [...found].sort();
}

function contextOf(event: PoolEvent): Context[] {
  const said = event.type === 'leak' ? event : event.type === 'candidate' ? event.evidence : null;
  const { root, schedule } = said ?? {};
  return typeof root === 'string' && typeof schedule === 'string' ? [{ root, schedule }] : [];
}

function keyOf(digest: Buffer, signature: unknown): string | null {
  if (typeof signature !== 'string' || !/^0:[0-9a-f]{130}$/.test(signature)) return null;
  return recoverKey(digest, { type: 0, bytes: Buffer.from(signature.slice(2), 'hex') });
}
