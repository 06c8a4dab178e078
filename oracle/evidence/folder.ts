import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PoolError, sentence } from '../../common/errors.ts';
import { makeFolder } from '../../common/make-folder.ts';
import { evidenceName, evidenceText } from './document.ts';
import type { EvidenceDocument } from './schema.ts';

/** Files that are kept, the newest windows': some 10 kB each. Whoever makes a leak in every window fills it in days; what is reported by then is told. */
const MOST_FILES = 10_000;

/** Where an oracle keeps evidence: a file a document, named by window, kind and hash. */
export class EvidenceFolder {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Writes a document that is not there yet, whole or not at all, and gives its path. Throws PoolError `evidence` when it cannot be written. */
  keep(document: EvidenceDocument): { file: string; isNew: boolean } {
    const file = path.join(this.dir, evidenceName(document));
    if (existsSync(file)) return { file, isNew: false };
    try {
      makeFolder(this.dir);
      writeFileSync(`${file}.new`, evidenceText(document));
      renameSync(`${file}.new`, file);
      this.makeRoom();
    } catch (thrown) {
      throw new PoolError('evidence', `the evidence ${file} cannot be written: ${sentence(thrown)}`);
    }
    return { file, isNew: true };
  }

  private makeRoom(): void {
    const files = readdirSync(this.dir).filter((name) => /^\d+-.*\.json$/.test(name));
    if (files.length <= MOST_FILES) return;
    const oldest = files
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .slice(0, files.length - MOST_FILES);
    for (const name of oldest) rmSync(path.join(this.dir, name), { force: true });
  }
}
