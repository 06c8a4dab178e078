import type { Notice } from '../alerts/alert.ts';
import type { WindowMetrics } from '../metrics/types.ts';
import type { ReportData } from '../source/chain.ts';

/** What is told of a window, and by what it is known. */
export interface WindowNotice {
  key: string;
  notice: Notice;
}

/** The pool's slots that have no block on the final chain. */
export function missedSlots({ window, metrics }: ReportData): WindowNotice[] {
  const { missed, slots, pool, rescues } = metricsIn(metrics);
  if (missed === 0) return [];
  const all = missed === slots;
  const text = `${pool} has no block on the final chain in ${missed} of the ${slots} slots of window ${window} (${rescues} rescues). The emitter's log and "./pool report --window ${window} --explain" show why.`;
  const notice: Notice = {
    kind: 'missed_slots',
    level: all ? 'critical' : 'warning',
    title: all ? `window ${window} was missed` : `${missed} slots missed in window ${window}`,
    text,
    fields: { window, missed, slots },
  };
  return [{ key: String(window), notice }];
}

/** Pool blocks on the final chain that no emitter sent. */
export function leaks({ window, metrics }: ReportData): WindowNotice[] {
  const found = metricsIn(metrics).leaks;
  if (found.length === 0) return [];
  const ids = found.map(({ slot, id }) => `slot ${slot}: ${id}`).join(', ');
  const text = `On the final chain are blocks of the pool that no emitter let out (${ids}): somebody's node has a way around it. The report carries them; open a case with its evidence.`;
  const notice: Notice = {
    kind: 'leak',
    level: 'critical',
    title: `${found.length} leaks in window ${window}`,
    text,
    fields: { window, leaks: found.length },
  };
  return [{ key: String(window), notice }];
}

export function disputed(window: number, why: string): WindowNotice {
  const text = `${why}. Look with "./pool report --window ${window} --explain" what differs; if this oracle is right, the members can change the window by vote.`;
  const notice: Notice = {
    kind: 'dispute',
    level: 'critical',
    title: `window ${window} is disputed`,
    text,
    fields: { window },
  };
  return { key: String(window), notice };
}

/** Another oracle's report differs while the window is open. */
export function differing(window: number, own: string, others: string): WindowNotice {
  const text = `Reports of window ${window} differ: this oracle has ${own}, ${others}. More than half of the oracles decide; "./pool report --window ${window} --explain" shows what differs.`;
  const notice: Notice = {
    kind: 'dispute',
    level: 'warning',
    title: `reports of window ${window} differ`,
    text,
    fields: { window },
  };
  return { key: `${window}/differ`, notice };
}

export function unreported(window: number, why: string): WindowNotice {
  const notice: Notice = {
    kind: 'unreported',
    level: 'warning',
    title: `window ${window} is not reported`,
    text: `${why[0]?.toUpperCase()}${why.slice(1)}.`,
    fields: { window },
  };
  return { key: String(window), notice };
}

function metricsIn(hex: string): WindowMetrics {
  return JSON.parse(Buffer.from(hex, 'hex').toString()) as WindowMetrics;
}
