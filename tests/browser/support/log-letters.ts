import { EventLogReader } from '../../../common/event-log.ts';
import type { EventRecord } from '../../../common/events.ts';
import { keyId } from '../../../common/keys.ts';
import { firstSlot, SLOTS_PER_WINDOW } from '../../../common/slot.ts';
import type { RunFile } from '../../support/run-file.ts';

/** Best first, within one log (docs/metrics.md). */
const ORDER = ['E', 'V', 'L', 'I', 'S', '.'];
const VERDICTS = { valid: 'V', late: 'L', invalid: 'I' } as const;

/** Windows that a run's first log has closed, oldest first. */
export function closedWindows(run: RunFile): number[] {
  return withLog(run, (log) =>
    log.after(0, 1_000_000).flatMap(({ event }) => (event.type === 'window' ? [event.window] : [])),
  );
}

/** Whether a window has a rescue in it. */
export function hasRescue(run: RunFile, window: number): boolean {
  return withLog(run, (log) => log.window(window).some(({ event }) => event.type === 'rescue'));
}

/**
 * What the grid has to show of a window, read straight from the log and by nothing of the page's: for each slot a letter a row, in the order of
 * `accounts`.
 */
export function lettersInLog(run: RunFile, window: number, accounts: readonly string[], keys = signers(run)): string[] {
  const records = withLog(run, (log) => log.window(window));
  const replaced = new Set(records.flatMap(({ event }) => replacedBy(event)));
  return Array.from({ length: SLOTS_PER_WINDOW }, (_, k) => {
    const slot = firstSlot(window) + k;
    return accounts
      .map((account) => {
        const said = records.map(({ event }) => letterOf(event, slot, account, keys, replaced));
        return ORDER.find((letter) => said.includes(letter)) ?? '.';
      })
      .join('');
  });
}

/** Accounts by the keys that sign for them. */
export function signers(run: RunFile): Map<string, string> {
  return new Map(run.members.map(({ account, signingKey }) => [keyId(signingKey), account]));
}

function replacedBy(event: EventRecord['event']): string[] {
  if (event.type === 'decision') return event.replaces;
  return event.type === 'rescue' ? event.replaced : event.type === 'rejected' ? [event.id] : [];
}

function letterOf(
  event: EventRecord['event'],
  slot: number,
  account: string,
  keys: Map<string, string>,
  replaced: Set<string>,
): string {
  if (event.type !== 'candidate' && event.type !== 'emission' && event.type !== 'standby') return '.';
  if (event.slot !== slot || keys.get(event.signer ?? '') !== account) return '.';
  if (event.type === 'candidate') return VERDICTS[event.verdict];
  if (event.type === 'standby') return 'S';
  return replaced.has(event.id) ? '.' : 'E';
}

function withLog<T>(run: RunFile, work: (log: EventLogReader) => T): T {
  const log = new EventLogReader(run.eventLog);
  try {
    return work(log);
  } finally {
    log.close();
  }
}
