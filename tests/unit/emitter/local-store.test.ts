import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { LocalDecisions, LocalRecords } from '../../../emitter/log/local.ts';
import { SqliteStore } from '../../../emitter/log/store.ts';
import { poolStoreCases } from '../../support/pool-store-cases.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'bppool-local-'));
const stores = new Map<string, SqliteStore>();

/** One writer has a file: what opens it again is the same. */
function storeOf(name: string): SqliteStore {
  const store = stores.get(name) ?? new SqliteStore(path.join(dir, `${name}.sqlite`), 'process');
  stores.set(name, store);
  return store;
}

after(() => {
  for (const store of stores.values()) store.close();
  rmSync(dir, { recursive: true, force: true });
});

poolStoreCases({
  decisions: async (name) => new LocalDecisions(storeOf(name), 'emitter1'),
  records: async (name) => new LocalRecords(storeOf(name)),
});
