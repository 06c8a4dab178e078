import { EventLogReader } from '../../common/event-log.ts';
import { NatsRecords } from '../../common/nats/records.ts';
import { verifyLog } from '../../common/verify-log.ts';
import { eventually } from '../../devnet/wait.ts';
import { withLog } from '../run/logs.ts';
import { type Log, lostBetween, lostSinceTold, undecided } from './events-lost.ts';
import type { Scene } from './scene.ts';

/** A cluster that is whole takes what an emitter has written within moments. */
const CATCH_UP_MS = 30_000;

/** Ids that a logged rescue of any emitter names as replaced, and ids that any has decided. */
export function decisionsOf(scene: Scene): { replaced: Set<string>; decided: Set<string> } {
  const replaced = new Set<string>();
  const decided = new Set<string>();
  for (const { eventLog } of scene.run.emitters) {
    withLog(eventLog, (reader) => {
      for (const { event } of reader.all()) {
        if (event.type !== 'decision') continue;
        decided.add(event.id);
        if (event.reason === 'rescue') for (const id of event.replaces) replaced.add(id);
      }
    });
  }
  return { replaced, decided };
}

/**
 * Events that are not where they have to be: in an emitter's journal, as it told of them; in its stream of the cluster, as the journal has them; a decision
 * for each of these blocks, which the network got. A journal whose chain or signatures do not verify counts as one more.
 */
export async function eventsLost(
  scene: Scene,
  decided: ReadonlySet<string>,
  blocks: readonly { id: string }[],
): Promise<number> {
  let lost = undecided(blocks, decided);
  for (const { name, account, eventLog } of scene.run.emitters) {
    const reader = new EventLogReader(eventLog);
    try {
      const journal = logOf(reader);
      lost += await lostSinceTold(journal, scene.told.get(name) ?? new Map());
      lost += await lostInCluster(scene, account, journal);
      if (!verifyLog(reader).ok) lost++;
    } finally {
      reader.close();
    }
  }
  return lost;
}

async function lostInCluster({ nats, run }: Scene, account: string, journal: Log): Promise<number> {
  if (!nats) return 0;
  const end = (await journal.last())?.seq ?? 0;
  const stream = await NatsRecords.find(nats, run.state.pool, account);
  if (!stream) return end;
  const isThere = async () => (((await stream.last())?.seq ?? 0) >= end ? true : undefined);
  // What does not come is lost, and counted below.
  await eventually('the cluster to have the log', isThere, CATCH_UP_MS).catch(() => {});
  return lostBetween(journal, stream, end);
}

function logOf(reader: EventLogReader): Log {
  return { last: async () => reader.end(), after: async (seq, limit) => reader.after(seq, limit) };
}
