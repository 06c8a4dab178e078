import { setImmediate as nextTurn } from 'node:timers/promises';
import { Journal } from '../../emitter/log/journal.ts';
import { SqliteStore } from '../../emitter/log/store.ts';
import { decision } from './events.ts';

/** `node hold-forever.ts FILE DURABILITY`: fences decisions, up to three a turn, and tells each slot once it is held, until it is killed. */
const [file, durability] = process.argv.slice(2) as [string, 'process' | 'machine'];
const store = new SqliteStore(file, durability);
const journal = new Journal(
  store,
  () => {},
  (text) => process.stderr.write(text),
);
for (let slot = 1; ; slot++) {
  if (!journal.fence([{ window: 1, event: decision(slot) }])) process.exit(1);
  process.stdout.write(`${slot}\n`);
  if (slot % 7 !== 3 && slot % 7 !== 4) await nextTurn();
}
