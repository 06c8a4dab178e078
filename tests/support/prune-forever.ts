import { writeSync } from 'node:fs';
import { RetainedLog } from './retained-log.ts';

/** `node prune-forever.ts FILE BYTES`: one window after the other, the oldest pruned; each is told once it is signed. */
const [file = '', bytes = '0'] = process.argv.slice(2);
const log = new RetainedLog(file, Number(bytes));
for (let window = log.store.lastSeq + 100; ; window++) {
  log.settled = window;
  log.tell(window);
  // Unbuffered: what the parent reads was pruned after it was written.
  writeSync(1, `${window} ${log.store.usedBytes}\n`);
}
