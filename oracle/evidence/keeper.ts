import { sentence } from '../../common/errors.ts';
import type { Logger } from '../../common/logger.ts';
import type { Findings } from './findings.ts';
import type { EvidenceFolder } from './folder.ts';
import type { EvidenceDocument } from './schema.ts';

/** What can be found: evidence of these kinds, and an emitter that ignores a member. */
export const FINDING_KINDS = ['leak', 'orphan', 'omission', 'report', 'ignored'] as const;

/** Keeps what an oracle finds, and tells each finding once. */
export class EvidenceKeeper {
  /** Findings that were told since the start, by kind. */
  readonly counts = new Map<string, number>(FINDING_KINDS.map((kind) => [kind, 0]));
  private readonly folder: EvidenceFolder;
  private readonly logger: Logger;
  private readonly told = new Set<string>();

  constructor(folder: EvidenceFolder, logger: Logger) {
    this.folder = folder;
    this.logger = logger;
  }

  /** What was found in a window. A folder that cannot be written keeps no window from its report: it is told. */
  found(window: number, findings: Findings): void {
    const { documents, ignoring } = findings;
    for (const document of documents) this.keep(document, says(document, findings));
    for (const { emitter, members } of ignoring) {
      for (const { name, candidates } of members) {
        const text = `the emitter ${emitter} had none of ${name}'s ${candidates} candidates in window ${window}, and another had them`;
        this.tell('ignored', text, { window, emitter, member: name, candidates });
      }
    }
  }

  /** Writes one document and tells of it, unless that was done. */
  keep(document: EvidenceDocument, text: string): void {
    try {
      const { file, isNew } = this.folder.keep(document);
      if (isNew)
        this.tell(document.kind, `${text}; the evidence is ${file}`, { window: document.window, evidence: file });
    } catch (thrown) {
      this.tell(document.kind, `${text}; ${sentence(thrown)}`, { window: document.window });
    }
  }

  private tell(kind: string, text: string, fields: object): void {
    if (this.told.has(text)) return;
    this.told.add(text);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    // An oracle runs for months.
    if (this.told.size > 10_000) this.told.clear();
    this.logger.error(fields, text);
  }
}

function says(document: EvidenceDocument, { leaked }: Findings): string {
  const { window, kind } = document;
  if (kind === 'omission') {
    const { log, receipts } = document;
    return `the emitter ${log.emitter} gave receipts for ${receipts.length} candidates of window ${window} that its log leaves out`;
  }
  if (kind !== 'leak' && kind !== 'orphan') return `window ${window}: ${kind}`;
  const { slot, id } = document.block;
  if (kind === 'orphan')
    return `window ${window}: block ${id} of slot ${slot} was let out and went lost, and no record says why`;
  const { by = [], heldBy = [] } = leaked.get(id) ?? {};
  const signed = by.length > 0 ? `signed by ${by.join(' and ')}` : 'its signer is not shown';
  const held = `held by ${[...heldBy].sort().join(', ') || 'no emitter'}`;
  return `leak: block ${id} of slot ${slot} in window ${window} is on the chain, and no emitter let it out (${signed}, ${held})`;
}
