import { canonicalJson } from '../../common/canonical.ts';
import { EventLogReader } from '../../common/event-log.ts';
import type { EventRecord } from '../../common/events.ts';

/** `node tests/experiments/15-sizes.ts EVENT_LOG`: bytes of the records of a real log, by type. See docs/scale.md. */
const [file = ''] = process.argv.slice(2);
const reader = new EventLogReader(file);
const sizes = new Map<string, number[]>();
let candidates = 0;
let receiptBytes = 0;
let receipts = 0;
for (const record of records()) {
  const { event } = record;
  const bytes = Buffer.byteLength(canonicalJson(record));
  sizes.set(event.type, [...(sizes.get(event.type) ?? []), bytes]);
  if (event.type === 'candidate') candidates++;
  if (event.type !== 'receipts') continue;
  receiptBytes += bytes;
  receipts += event.receipts.length;
}
reader.close();

function* records(): Generator<EventRecord> {
  for (let last = 0; ; ) {
    const some = reader.after(last, 1000);
    yield* some;
    const end = some.at(-1);
    if (!end) return;
    last = end.seq;
  }
}

for (const [type, all] of sizes) {
  const sum = all.reduce((total, bytes) => total + bytes, 0);
  process.stdout.write(`${type}: ${all.length}, ${Math.round(sum / all.length)} bytes each\n`);
}
process.stdout.write(
  `${candidates} candidates; ${receipts} receipts, ${Math.round(receiptBytes / receipts)} bytes each\n`,
);
