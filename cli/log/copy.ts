import { PoolError } from '../../common/errors.ts';
import type { EventRecord } from '../../common/events.ts';
import type { LogEnd, RecordStream } from '../../common/pool-store.ts';
import { takeNext } from '../../common/record-chain.ts';

const PAGE = 500;

export interface Copied {
  /** Records that were added. */
  records: number;
  /** Those that were there already. */
  before: number;
  /** Where both end. */
  last: LogEnd | null;
}

/**
 * Adds to one log what another has and it lacks, and reads back what it has then: each record hashes to what it says, follows the one before
 * it, and is the other log's. Rejects with the PoolErrors of RecordStream; what was added until then stays, and the next copy goes on there.
 */
export async function copyRecords(from: RecordStream, to: RecordStream): Promise<Copied> {
  const begun = await to.last();
  // What comes in meanwhile is for the next copy.
  const end = await from.last();
  await requireSameStart(from, to, begun, end);
  for await (const page of pages(from, begun?.seq ?? 0, end)) await to.append(page);
  const { added, all } = await readBack(from, to, begun?.seq ?? 0, end);
  return { records: added, before: all - added, last: end };
}

/** Records after a place up to an end, by page. */
async function* pages(log: RecordStream, after: number, end: LogEnd | null): AsyncGenerator<EventRecord[]> {
  for (let last = after; last < (end?.seq ?? 0); ) {
    const page = (await log.after(last, PAGE)).filter(({ seq }) => seq <= (end?.seq ?? 0));
    const newest = page.at(-1)?.seq;
    if (newest === undefined) throw new PoolError('event_log', `record ${last + 1} cannot be read`);
    yield page;
    last = newest;
  }
}

/** Of what is there already: the newest record is the other log's too, and with it all before. */
async function requireSameStart(
  from: RecordStream,
  to: RecordStream,
  begun: LogEnd | null,
  end: LogEnd | null,
): Promise<void> {
  if (!begun) return;
  if (begun.seq > (end?.seq ?? 0)) {
    const text = `the log to copy ends with record ${end?.seq ?? 0}, and where it should go has ${begun.seq}`;
    throw new PoolError('stale_log', `${text}: copy the other way`);
  }
  await to.append(await from.after(begun.seq - 1, 1));
}

/** Both logs, page by page. Throws PoolError `damaged` at the first record that differs. */
async function readBack(
  from: RecordStream,
  to: RecordStream,
  begun: number,
  end: LogEnd | null,
): Promise<{ added: number; all: number }> {
  let last: LogEnd | null = null;
  let [added, all] = [0, 0];
  for await (const page of pages(to, 0, end)) {
    const first = page[0]?.seq ?? 0;
    const others = new Map((await from.after(first - 1, page.length)).map(({ seq, hash }) => [seq, hash]));
    // What one of them has let go of, it cannot be compared with.
    for (const { record } of takeNext(page, last ?? before(page))) {
      const other = others.get(record.seq);
      if (other !== undefined && other !== record.hash)
        throw new PoolError('damaged', `record ${record.seq} is another in the copy`);
      all++;
      if (record.seq > begun) added++;
      last = record;
    }
  }
  if (last?.hash !== end?.hash) throw new PoolError('damaged', `the copy ends with another record ${end?.seq}`);
  return { added, all };
}

/** A log whose oldest records are gone begins wherever it does. */
function before(page: EventRecord[]): LogEnd | null {
  const [first] = page;
  return first && first.seq > 1 ? { seq: first.seq - 1, hash: first.prev } : null;
}
