import { setTimeout as sleep } from 'node:timers/promises';
import type { EventRecord } from '../../common/events.ts';
import { slotInWindow, windowOf } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';
import type { PoolRun } from './pool-run.ts';

export interface Kill {
  window: number;
  slot: number;
  member: string;
  /** From the kill to the pool's next block, in ms; null when the killed slot was the window's last. */
  recoveryMs: number | null;
}

const WAIT_MS = 300_000;

/**
 * Kills the leading member right after the pool's block for `slot` of a coming window was emitted, and waits until the
 * member's node is back and proposes blocks again.
 */
export async function killLeaderAt(run: PoolRun, slot: number, progress: (text: string) => void): Promise<Kill> {
  const emission = await nextRecord(run, ({ event }) => event.type === 'emission' && slotInWindow(event.slot) === slot);
  if (emission.event.type !== 'emission') throw new Error('not an emission');
  const { signer, slot: at } = emission.event;
  const node = run.nodeOf(signer);
  if (!node?.pid) throw new Error(`the signer ${signer} of slot ${at} has no running node`);
  const window = windowOf(at);
  const killed = performance.now();
  process.kill(node.pid, 'SIGKILL');
  progress(`killed ${node.name} after slot ${slot} of window ${window}`);
  let recoveryMs: number | null = null;
  if (slot < 11) {
    const next = nextRecord(run, ({ event }) => event.type === 'emission' && event.slot > at);
    await next;
    recoveryMs = Math.round(performance.now() - killed);
  }
  const back = (record: EventRecord) =>
    record.event.type === 'candidate' && record.event.signer === signer && windowOf(record.event.slot) > window;
  await nextRecord(run, back);
  await eventually(`${node.name} with a new pid`, async () => run.nodeOf(signer)?.pid ?? undefined, WAIT_MS);
  return { window, slot, member: node.name, recoveryMs };
}

/** The next record that a condition holds for; throws after some minutes without one. */
export async function nextRecord(run: PoolRun, wanted: (record: EventRecord) => boolean): Promise<EventRecord> {
  const found = Promise.withResolvers<EventRecord>();
  const stop = run.onRecord((record) => {
    if (wanted(record)) found.resolve(record);
  });
  const late = sleep(WAIT_MS).then(() => Promise.reject(new Error(`nothing happened for ${WAIT_MS / 1000} s`)));
  late.catch(() => {});
  try {
    return await Promise.race([found.promise, late, run.failed]);
  } finally {
    stop();
  }
}
