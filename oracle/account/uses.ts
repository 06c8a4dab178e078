import type { DatabaseSync } from 'node:sqlite';
import type { Use } from './estimate.ts';

/** How many of the last reports the estimate goes by. */
const KEPT = 20;

export const USES_SCHEMA = `
CREATE TABLE IF NOT EXISTS uses (
  id INTEGER PRIMARY KEY AUTOINCREMENT, window INTEGER NOT NULL, cpu INTEGER NOT NULL, net INTEGER NOT NULL, ram INTEGER NOT NULL
) STRICT;
`;

/** What the last reports took, in the oracle's journal. */
export class Uses {
  private readonly db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  add(window: number, { cpu, net, ram }: Use): void {
    this.db.prepare('INSERT INTO uses (window, cpu, net, ram) VALUES (?, ?, ?, ?)').run(window, cpu, net, ram);
    this.db.prepare('DELETE FROM uses WHERE id <= (SELECT MAX(id) FROM uses) - ?').run(KEPT);
  }

  /** The newest last. */
  all(): Use[] {
    return this.db.prepare('SELECT cpu, net, ram FROM uses ORDER BY id').all() as unknown as Use[];
  }
}
