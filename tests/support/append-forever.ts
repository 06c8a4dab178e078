import { writeSync } from 'node:fs';
import { SqliteStore } from '../../emitter/log/store.ts';
import { decision } from './events.ts';

/** `node append-forever.ts FILE DURABILITY`: one decision after the other, each told on standard output once durable. */
const [file = '', durability = 'process'] = process.argv.slice(2);
const store = new SqliteStore(file, durability as 'process' | 'machine');
for (let slot = 1; ; slot++) {
  const [record] = store.append([{ window: Math.floor(slot / 12), event: decision(slot) }]);
  // Unbuffered: what the parent reads was written after the append returned.
  writeSync(1, `${record?.seq} ${record?.hash}\n`);
}
