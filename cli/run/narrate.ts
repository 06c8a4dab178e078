import type { EventRecord } from '../../common/events.ts';
import { slotInWindow } from '../../common/slot.ts';
import type { PoolRun } from './pool-run.ts';
import { turnOf } from './turns.ts';

/** Tells of rescues and of each window as it ends. */
export function narrate(run: PoolRun, progress: (text: string) => void): void {
  run.onRecord(({ event }: EventRecord) => {
    if (event.type === 'rescue') {
      const what = `${event.path.length} blocks in place of ${event.replaced.length}`;
      progress(
        `rescue (${event.cause}): ${what}, ${nameOf(run, event.failed)} replaced by ${nameOf(run, event.leader)}`,
      );
    }
    if (event.type === 'lead') progress(`${turnLabel(run, event.window)}: ${nameOf(run, event.signer)} leads`);
    if (event.type === 'window') {
      const turn = turnLabel(run, event.window);
      progress(`${turn} (id ${event.window}): ${event.emitted} of 12 slots emitted`);
    }
    if (event.type === 'leak') progress(`leak: slot ${slotInWindow(event.slot)}, block ${event.id.slice(0, 16)}…`);
    if (event.type === 'poisoned') progress(`${nameOf(run, event.signer)} is poisoned: restart its node`);
    if (event.type === 'fault') progress(`emitter fault ${event.code}: ${event.text}`);
  });
}

function nameOf(run: PoolRun, signer: string): string {
  return run.nodeOf(signer)?.name ?? signer;
}

function turnLabel(run: PoolRun, window: number): string {
  try {
    const turn = turnOf(run.turns, window);
    return turn > 0 ? `window ${turn}` : 'a window before the first full one';
  } catch {
    return 'a window before the election';
  }
}
