import { type EventRecord, recordHash } from '../../common/events.ts';
import type { RecordStream } from '../../common/pool-store.ts';

/** A log that is read by pages. */
export type Log = Pick<RecordStream, 'last' | 'after'>;

const PAGE = 500;

/**
 * Records of an emitter's journal up to number `end` that its stream in the cluster lacks, has otherwise or has damaged, and records of the stream
 * that the journal does not have. What is equal, hash by hash, is as sound in the one as in the other.
 */
export async function lostBetween(journal: Log, stream: Log, end: number): Promise<number> {
  const there = new Map<number, string>();
  for await (const { seq, hash } of soundRecords(stream, end)) there.set(seq, hash);
  let lost = 0;
  for await (const { seq, hash } of soundRecords(journal, end)) if (there.get(seq) !== hash) lost++;
  // In this order: the journal goes on meanwhile, and is ahead of the stream.
  const last = await endOf(stream);
  return lost + Math.max(0, last - (await endOf(journal)));
}

/** Records that an emitter had told of (their hashes by number) and its journal, from its oldest record on, does not have. */
export async function lostSinceTold(journal: Log, told: ReadonlyMap<number, string>): Promise<number> {
  let oldest: number | null = null;
  let kept = 0;
  for await (const { seq, hash } of soundRecords(journal, await endOf(journal))) {
    oldest ??= seq;
    if (told.get(seq) === hash) kept++;
  }
  return [...told.keys()].filter((seq) => seq >= (oldest ?? 0)).length - kept;
}

/** Blocks that the network got and no emitter's log has a decision for: nothing leaves before that is durable. */
export function undecided(blocks: readonly { id: string }[], decided: ReadonlySet<string>): number {
  return blocks.filter(({ id }) => !decided.has(id)).length;
}

async function endOf(log: Log): Promise<number> {
  return (await log.last())?.seq ?? 0;
}

/** Records up to a number that hash to what they say, in order. */
async function* soundRecords(log: Log, end: number): AsyncGenerator<EventRecord> {
  for (let last = 0; last < end; ) {
    const page = await log.after(last, PAGE);
    for (const record of page) {
      const { hash, ...body } = record;
      if (record.seq <= end && recordHash(body) === hash) yield record;
    }
    const newest = page.at(-1)?.seq;
    if (newest === undefined) return;
    last = newest;
  }
}
