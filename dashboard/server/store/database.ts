import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { PoolError, sentence } from '../../../common/errors.ts';
import { lockFile } from '../../../common/file-lock.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** The page's file, taken for this process alone. */
export interface PageFile {
  db: DatabaseSync;
  /** Drawn when the file was made: what was numbered in another file means nothing in this one. */
  generation: string;
  close(): void;
}

/** Opens the file, or makes it. Throws PoolError `page_file` when it cannot be read, is another pool's, of another version or used by another process. */
export function openPageFile(file: string, pool: string): PageFile {
  const lock = take(file);
  try {
    const db = new DatabaseSync(file, { timeout: 2000 });
    db.exec(SCHEMA);
    const insert = db.prepare('INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)');
    for (const [name, value] of [
      ['version', String(SCHEMA_VERSION)],
      ['pool', pool],
      ['generation', randomBytes(6).toString('hex')],
      ['change', '0'],
    ] as const)
      insert.run(name, value);
    const meta = new Map(
      db
        .prepare('SELECT name, value FROM meta')
        .all()
        .map((row) => [row.name, String(row.value)]),
    );
    requireSame(file, 'version', meta.get('version'), String(SCHEMA_VERSION));
    requireSame(file, 'pool', meta.get('pool'), pool);
    const close = () => {
      db.close();
      lock.close();
    };
    return { db, generation: meta.get('generation') ?? '', close };
  } catch (thrown) {
    lock.close();
    if (thrown instanceof PoolError) throw thrown;
    throw new PoolError('page_file', `the page's file ${file} cannot be used: ${sentence(thrown)}; set DASHBOARD_DB`);
  }
}

function take(file: string): { close(): void } {
  let lock: { close(): void } | null;
  try {
    lock = lockFile(file);
  } catch (thrown) {
    throw new PoolError('page_file', `the page's file ${file} cannot be made: ${sentence(thrown)}; set DASHBOARD_DB`);
  }
  if (lock) return lock;
  throw new PoolError('page_file', `another process uses the page's file ${file}; stop it, or set DASHBOARD_DB`);
}

function requireSame(file: string, what: string, has: string | undefined, wanted: string): void {
  if (has === wanted) return;
  const text = `the page's file ${file} is of ${what} ${has}, and this is ${what} ${wanted}`;
  throw new PoolError('page_file', `${text}; move it away or set DASHBOARD_DB`);
}
