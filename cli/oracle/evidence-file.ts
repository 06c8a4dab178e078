import { readFileSync, statSync } from 'node:fs';
import { PoolError, sentence } from '../../common/errors.ts';
import { MOST_BYTES, parseEvidence } from '../../oracle/evidence/document.ts';
import type { EvidenceDocument } from '../../oracle/evidence/schema.ts';

/** Reads a document of evidence. Throws PoolError `evidence` with one sentence that names the file. */
export function readEvidence(file: string): EvidenceDocument {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`it has ${size} bytes, and ${MOST_BYTES} are the most`);
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new PoolError('evidence', `the evidence ${file} cannot be read: ${sentence(thrown)}`);
  }
  try {
    return parseEvidence(text);
  } catch (thrown) {
    throw new PoolError('evidence', `${file}: ${sentence(thrown)}`);
  }
}
