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

/** KILL: the node comes back with its irreversible blocks; STOP: it freezes and goes on after the window, as if nothing had been. */
export const SIGNALS = ['KILL', 'STOP'] as const;
export type Signal = (typeof SIGNALS)[number];

/**
 * Kills or freezes the leading member right after the pool's block for `slot` of a coming window was emitted, and waits until
 * the member's node is back and takes part again.
 */
export async function killLeaderAt(
  run: PoolRun,
  slot: number,
  how: Signal,
  progress: (text: string) => void,
): Promise<Kill> {
  // Windows before the first full one are counted nowhere.
  const isDue = ({ event }: EventRecord) =>
    event.type === 'emission' && slotInWindow(event.slot) === slot && windowOf(event.slot) >= run.turns.first;
  const emission = await nextRecord(run, isDue);
  if (emission.event.type !== 'emission') throw new Error('not an emission');
  const { signer, slot: at } = emission.event;
  const node = run.nodeOf(signer);
  if (!node?.pid) throw new Error(`the signer ${signer} of slot ${at} has no running node`);
  const window = windowOf(at);
  const killed = performance.now();
  process.kill(node.pid, `SIG${how}`);
  progress(`${how === 'KILL' ? 'killed' : 'froze'} ${node.name} after slot ${slot} of window ${window}`);
  let recoveryMs: number | null = null;
  if (slot < 11) {
    const next = nextRecord(run, ({ event }) => event.type === 'emission' && event.slot > at);
    await next;
    recoveryMs = Math.round(performance.now() - killed);
  }
  if (how === 'STOP') {
    await nextRecord(run, ({ event }) => event.type === 'window' && event.window === window);
    process.kill(node.pid, 'SIGCONT');
  }
  await untilBack(run, signer, node.name, window);
  return { window, slot, member: node.name, recoveryMs };
}

/** In propose mode a candidate of it shows that it is back, in standby mode its agent's word that it follows. */
async function untilBack(run: PoolRun, signer: string, name: string, window: number): Promise<void> {
  if (run.options.mode === 'standby') {
    await eventually(`${name} in sync`, () => followsAgain(run, signer), WAIT_MS);
  } else {
    const back = (record: EventRecord) =>
      record.event.type === 'candidate' && record.event.signer === signer && windowOf(record.event.slot) > window;
    await nextRecord(run, back);
  }
  await eventually(`${name} with a pid`, async () => run.nodeOf(signer)?.pid ?? undefined, WAIT_MS);
}

async function followsAgain(run: PoolRun, signer: string): Promise<true | undefined> {
  const status = (await (await fetch(`${run.emitters[0]?.http}/status`)).json()) as {
    tip: { num: number };
    agents: { signer: string; node: string; headNum: number }[];
  };
  const agent = status.agents.find((each) => each.signer === signer);
  return agent && agent.node !== 'unreachable' && agent.headNum >= status.tip.num - 1 ? true : undefined;
}

/** The next record that a condition holds for; throws after some minutes without one. */
export async function nextRecord(run: PoolRun, wanted: (record: EventRecord) => boolean): Promise<EventRecord> {
  const found = Promise.withResolvers<EventRecord>();
  const stop = run.onRecord((record) => {
    if (wanted(record)) found.resolve(record);
  });
  const late = sleep(WAIT_MS, undefined, { ref: false }).then(() =>
    Promise.reject(new Error(`nothing happened for ${WAIT_MS / 1000} s`)),
  );
  late.catch(() => {});
  try {
    return await Promise.race([found.promise, late, run.failed]);
  } finally {
    stop();
  }
}
