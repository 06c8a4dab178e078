import type { EventRecord } from '../../common/events.ts';
import { slotInWindow } from '../../common/slot.ts';
import type { PoolRun } from './pool-run.ts';
import { turnOf } from './turns.ts';
import { WindowLines } from './window-lines.ts';

/** Tells of rescues and of each window as it ends: once, however many emitters log it. */
export function narrate(run: PoolRun, progress: (text: string) => void): void {
  const names = () => run.emitters.map(({ name }) => name);
  const windows = new WindowLines(names, (window, text) => {
    progress(`${turnLabel(run, window)} (id ${window}): ${text}`);
  });
  const isNew = newness();
  run.onRecord(({ event, window }, emitter) => {
    if (event.type === 'window') return windows.closed(event.window, emitter, event.emitted);
    const text = lineOf(run, event, emitter);
    if (text !== null && isNew(`${window}: ${text}`, emitter)) progress(text);
  });
}

function lineOf(run: PoolRun, event: EventRecord['event'], emitter: string): string | null {
  if (event.type === 'rescue') {
    const what = `${event.path.length} blocks in place of ${event.replaced.length}`;
    return `rescue (${event.cause}): ${what}, ${nameOf(run, event.failed)} replaced by ${nameOf(run, event.leader)}`;
  }
  if (event.type === 'lead') return `${turnLabel(run, event.window)}: ${nameOf(run, event.signer)} leads`;
  if (event.type === 'leak') return `leak: slot ${slotInWindow(event.slot)}, block ${event.id.slice(0, 16)}…`;
  if (event.type === 'poisoned') return `${nameOf(run, event.signer)} is poisoned: restart its node`;
  if (event.type === 'fault') return `${emitter} fault ${event.code}: ${event.text}`;
  return null;
}

/** Tells whether an emitter says something for the first time, or more often than all others have: the same twice is two. */
function newness(): (text: string, emitter: string) => boolean {
  const counts = new Map<string, Map<string, number>>();
  return (text, emitter) => {
    const said = counts.get(text) ?? new Map<string, number>();
    const most = Math.max(0, ...said.values());
    const times = (said.get(emitter) ?? 0) + 1;
    counts.set(text, said.set(emitter, times));
    return times > most;
  };
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
