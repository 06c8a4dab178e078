import { lastSlot, SLOT_MS, slotTime } from '../../common/slot.ts';
import { untilBack } from './back.ts';
import type { Drawn, Moment, Signal, Victim } from './draw.ts';
import { pause, pauseUntil, untilMoment } from './moments.ts';
import type { Scene } from './scene.ts';
import { victimOf } from './victims.ts';

/** A kill that was done, or a freeze. */
export interface Kill {
  victim: Victim;
  /** Of its process. */
  name: string;
  /** The pool's window that ran then, or ran last. */
  window: number;
  moment: Moment;
  /** False: the slot of its moment was over without a decision. */
  isOnTime: boolean;
  /** Ms after the window's first block began to be made. */
  ms: number;
  /** Monotonic ms. */
  at: number;
  /** Until it took part again, in ms. */
  backMs: number;
}

/** How long a process is frozen, in ms; a member until the window is over, when its branch cannot be chosen any more. */
const FROZEN_MS = { relay: 5000, emitter: 5000, nats: 5000, oracle: 15_000 } as const;

/** Waits for the moment, kills (or freezes, and lets go on), and waits until the victim takes part again. Rejects with PoolError `timeout` when that does not happen. */
export async function killOnce(
  scene: Scene,
  drawn: Drawn,
  how: Signal,
  progress: (text: string) => void,
): Promise<Kill> {
  const { victim, moment } = drawn;
  const isOnTime = await untilMoment(scene, moment);
  const name = victimOf(scene, drawn);
  const { window } = scene;
  const ms = Math.round(scene.clock.now() - scene.startOf(window));
  const pid = scene.run.pidOf(name);
  scene.run.kill(name, `SIG${how}`);
  const at = performance.now();
  progress(`${how === 'KILL' ? 'killed' : 'froze'} ${victim} ${name} (pid ${pid}), ${ms} ms into window ${window}`);
  if (how === 'STOP') await thaw(scene, victim, name, window);
  await untilBack(scene, { victim, name, window });
  return { victim, name, window, moment, isOnTime, ms, at, backMs: Math.round(performance.now() - at) };
}

async function thaw(scene: Scene, victim: Victim, name: string, window: number): Promise<void> {
  if (victim === 'leader' || victim === 'member') await pauseUntil(scene, slotTime(lastSlot(window)) + SLOT_MS);
  else await pause(FROZEN_MS[victim]);
  scene.run.kill(name, 'SIGCONT');
}
