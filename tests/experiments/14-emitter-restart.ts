import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nextRecord } from '../../cli/run/next-record.ts';
import { PoolRun } from '../../cli/run/pool-run.ts';
import { measureWindow } from '../../cli/run/summary.ts';
import { EventLogReader } from '../../common/event-log.ts';
import type { EventRecord } from '../../common/events.ts';
import { slotInWindow, windowOf } from '../../common/slot.ts';
import { eventually } from '../../devnet/wait.ts';

/**
 * `node tests/experiments/14-emitter-restart.ts propose|standby [SLOT …]`: kills the emitter right after each of these slots (0 to 10), one
 * window each, and says what it cost. Prints a row a kill.
 */
const [mode = 'propose', ...given] = process.argv.slice(2);
const slots = given.length > 0 ? given.map(Number) : Array.from({ length: 11 }, (_, k) => k);
const dir = mkdtempSync(path.join(tmpdir(), 'bppool-experiment-'));
const run = new PoolRun(
  {
    ...{ dir, members: 3, producers: 1, oracles: 1, strategy: 'first-delivered', seed: 8, restart: 'members' },
    mode: mode === 'standby' ? 'standby' : 'propose',
  },
  (text) => process.stderr.write(`${text}\n`),
);

function recordsAfter(seq: number): EventRecord[] {
  const log = new EventLogReader(run.emitters[0]?.eventLog ?? '');
  try {
    return log.after(seq, 1_000_000);
  } finally {
    log.close();
  }
}

/** Kills the emitter, and waits until a later window is over. */
async function killAfter(slot: number) {
  const isDue = ({ event }: EventRecord) => event.type === 'emission' && slotInWindow(event.slot) === slot;
  const { event, seq } = await nextRecord(run, isDue);
  run.kill('emitter', 'SIGKILL');
  const window = event.type === 'emission' ? windowOf(event.slot) : 0;
  await nextRecord(run, (record) => record.event.type === 'window' && record.event.window > window);
  const later = recordsAfter(seq);
  const msUntil = (wanted: (record: EventRecord) => boolean) => (later.find(wanted)?.event.at ?? Number.NaN) - event.at;
  const backMs = msUntil((record) => record.event.type === 'start');
  const dialledMs = msUntil((record) => record.event.type === 'connection' && record.event.up);
  return { slot, window, backMs, dialledMs };
}

try {
  await run.start();
  await nextRecord(run, ({ event }) => event.type === 'window' && event.window >= run.turns.first);
  const kills = [];
  for (const slot of slots) kills.push(await killAfter(slot));
  for (const { window, ...kill } of kills) {
    const measured = await eventually(
      `window ${window} to be irreversible`,
      () => measureWindow(run, window),
      120_000,
      500,
    );
    const { missed, replaced, members } = measured;
    const paid = members.filter(({ eligible }) => eligible).length;
    process.stdout.write(`${JSON.stringify({ mode, ...kill, missed, replaced, paid })}\n`);
  }
} finally {
  await run.stop();
  rmSync(dir, { recursive: true, force: true });
}
