import { canonicalJson, sha256 } from '../../common/canonical.ts';
import { PoolError } from '../../common/errors.ts';
import { type EvidenceDocument, evidenceSchema } from './schema.ts';

/** More than a window's records about one block in the logs of 21 emitters, whose headers are up to 16 kB each. */
export const MOST_BYTES = 4 * 1024 * 1024;

/** A document as it is written: canonical JSON on one line. */
export function evidenceText(document: EvidenceDocument): string {
  return `${canonicalJson(document)}\n`;
}

/** sha256 of the canonical JSON, without the line's end: what a report and a case carry. */
export function evidenceHash(document: EvidenceDocument): string {
  return sha256(canonicalJson(document)).toString('hex');
}

/** "WINDOW-KIND-HASH.json". */
export function evidenceName(document: EvidenceDocument): string {
  return `${document.window}-${document.kind}-${evidenceHash(document)}.json`;
}

/** Reads a document. Throws PoolError `evidence`, one sentence, for a text that `evidenceText` does not give. */
export function parseEvidence(text: string): EvidenceDocument {
  const parsed = evidenceSchema.safeParse(jsonOf(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'it';
    throw new PoolError('evidence', `this is no evidence of a form that is known here: ${where}: ${issue?.message}`);
  }
  if (evidenceText(parsed.data) !== text) {
    throw new PoolError(
      'evidence',
      'it is not written as canonical JSON on one line, so it was changed since it was made',
    );
  }
  return parsed.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PoolError('evidence', 'this is no JSON, so it is no evidence');
  }
}
