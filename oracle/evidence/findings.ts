import { SLOTS_PER_WINDOW } from '../../common/slot.ts';
import type { WindowLog, WindowMetrics } from '../metrics/types.ts';
import type { BlockRef, OracleChain } from '../source/chain.ts';
import type { Evidence } from '../source/evidence.ts';
import { PLAIN_HEADER_BYTES } from '../source/header.ts';
import { blockEvidence, emittersWith, findOrphans, type OddBlock, type SignedLog } from './blocks.ts';
import { evidenceHash } from './document.ts';
import { findIgnoring, type Ignoring } from './ignored.ts';
import { findOmissions } from './omission.ts';
import type { BlockEvidence, EvidenceDocument, OmissionEvidence } from './schema.ts';
import { signersOf } from './signer.ts';

/** An emitter could make emissions up without end: the report must stay short. */
const MOST_ORPHANS = SLOTS_PER_WINDOW;

/** What is found in a window beside its metrics. */
export interface Findings {
  /** To be added to the metrics: it follows from the logs that make the window and from the chain, as they do. */
  fields: Pick<WindowMetrics, 'leaks' | 'orphans' | 'ignored'>;
  documents: EvidenceDocument[];
  /** Of each leak whose signer its evidence shows: by block id, the members, and the emitters that held it. */
  leaked: Map<string, { by: string[]; heldBy: string[] }>;
  ignoring: Ignoring[];
  omissions: OmissionEvidence[];
}

/**
 * Looks for leaks, blocks that went lost for no logged reason, members that an emitter ignored, and receipts that an emitter's log does not bear out. Of logs whose signed root
 * is not given nothing can be shown, and nothing is found.
 */
export async function findInWindow(chain: OracleChain, evidence: Evidence, metrics: WindowMetrics): Promise<Findings> {
  const logs = await signedLogs(chain, evidence.logs);
  const of = { chain: evidence.chain, pool: evidence.pool, window: evidence.window };
  const onChain = new Map(evidence.blocks.map((block) => [block.id, block]));
  const odd = await oddBlocks(chain, logs, metrics, onChain);
  const shown = odd.map((block) => blockEvidence(of, block, logs));
  const leaked = new Map(
    shown.flatMap((document, i) => {
      if (document.kind !== 'leak') return [];
      const keys = signersOf(document, [odd[i]?.signature ?? ''], evidence.signers);
      const by = [...new Set(keys.map((key) => evidence.signers.get(key) ?? key))];
      return [[document.block.id, { by, heldBy: emittersWith(document, 'candidate') }]];
    }),
  );
  const hashes = new Map(shown.map((document) => [document.block.id, evidenceHash(document)]));
  const withHash = ({ slot, id }: { slot: number; id: string }) => {
    const hash = hashes.get(id);
    return { slot, id, ...(hash !== undefined && { evidence: hash }) };
  };
  const orphans = shown.filter(({ kind }) => kind === 'orphan').map(entryOf);
  const ignoring =
    metrics.mode === 'propose' ? findIgnoring(ignoringParts(logs), evidence.members, evidence.signers) : [];
  const omissions = findOmissions(of, logs, evidence.receipts ?? []);
  return {
    fields: {
      leaks: metrics.leaks.map(withHash),
      ...(orphans.length > 0 && { orphans }),
      ...(ignoring.length > 0 && { ignored: ignoring.map(inShort) }),
    },
    documents: [...shown, ...omissions],
    leaked,
    ignoring,
    omissions,
  };
}

async function signedLogs(chain: OracleChain, logs: WindowLog[]): Promise<SignedLog[]> {
  const proven = logs.flatMap(({ signed, records }) => (signed ? [{ signed, records }] : []));
  if (proven.length === 0) return [];
  const emitters = await chain.emitters();
  return proven.flatMap(({ signed, records }) => {
    const named = emitters.filter(({ key }) => key === signed.key).map(({ account }) => account);
    const [emitter] = named.sort();
    return emitter === undefined ? [] : [{ signed: { emitter, ...signed }, records }];
  });
}

async function oddBlocks(
  chain: OracleChain,
  logs: SignedLog[],
  { leaks }: WindowMetrics,
  onChain: Map<string, BlockRef>,
): Promise<(OddBlock & { signature: string })[]> {
  if (logs.length === 0) return [];
  const found: (OddBlock & { signature: string })[] = [];
  for (const { slot, id } of leaks) {
    const { num } = onChain.get(id) as BlockRef;
    const { header, signature } = await chain.header(num);
    // Every oracle must have the same, whatever its source.
    const plain = header.length === 2 * PLAIN_HEADER_BYTES ? header : '';
    found.push({ kind: 'leak', slot, num, id, header: plain, signature });
  }
  const orphans = findOrphans(
    logs.map(({ records }) => records),
    new Set(onChain.keys()),
  );
  return [...found, ...orphans.slice(0, MOST_ORPHANS).map((block) => ({ ...block, header: '', signature: '' }))];
}

function ignoringParts(logs: SignedLog[]) {
  return logs.map(({ signed, records }) => ({ emitter: signed.emitter, records }));
}

function entryOf(document: BlockEvidence) {
  return { slot: document.block.slot, evidence: evidenceHash(document) };
}

function inShort({ emitter, members }: Ignoring) {
  return { emitter, members: members.map(({ index }) => index) };
}
